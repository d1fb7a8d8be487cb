import type { Person } from '../db/own/people.ts';
import { mayUse } from '../machines/kernel/policy.ts';
import type { Reader } from './reader.ts';

/** What decides what somebody sees. */
type Asking = Pick<Reader, 'roles' | 'policy'>;

const holdsOne = (person: Pick<Person, 'roles'>, roles: readonly string[]): boolean =>
  person.roles.some((role) => roles.includes(role));

/** Whether somebody sees cases through this API; customers have their own way in. */
export const maySeeCases = (person: Asking): boolean => may(person, 'case.see');

export const maySeePersonal = (person: Asking): boolean => may(person, 'case.see-personal');

/** By the person's own office: what is seen is not lent. */
const may = ({ roles, policy }: Asking, act: string): boolean =>
  mayUse(policy, { actor: { id: '', roles } }, act);

/** Whether a mark `x-restricted` lets somebody see what carries it. */
export const maySeeRestricted = (
  person: Pick<Person, 'roles'>,
  mark: readonly string[] | null | undefined,
): boolean => mark === null || mark === undefined || holdsOne(person, mark);
