import type { Person } from '../db/own/people.ts';
import { mayUse, rolesFor } from '../machines/kernel/policy.ts';

/** Roles that handle cases: their holders see personal values. */
export const personalReaders: readonly string[] = rolesFor('case.see-personal');

/** All roles of staff; whoever holds one of them sees the tenant's cases. */
export const staffRoles: readonly string[] = rolesFor('case.see');

const holdsOne = (person: Pick<Person, 'roles'>, roles: readonly string[]): boolean =>
  person.roles.some((role) => roles.includes(role));

/** Whether somebody sees cases through this API; customers have their own way in. */
export const maySeeCases = (person: Pick<Person, 'roles'>): boolean => may(person, 'case.see');

export const maySeePersonal = (person: Pick<Person, 'roles'>): boolean => may(person, 'case.see-personal');

/** By the person's own office: what is seen is not lent. */
const may = ({ roles }: Pick<Person, 'roles'>, act: string): boolean =>
  mayUse({ actor: { id: '', roles } }, act);

/** Whether a mark `x-restricted` lets somebody see what carries it. */
export const maySeeRestricted = (
  person: Pick<Person, 'roles'>,
  mark: readonly string[] | null | undefined,
): boolean => mark === null || mark === undefined || holdsOne(person, mark);
