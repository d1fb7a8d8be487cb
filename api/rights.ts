import type { Person } from '../db/own/people.ts';
import { scopeOf } from '../machines/kernel/policy/near.ts';
import type { Scope } from '../machines/kernel/policy/table.ts';
import type { Reader } from './reader.ts';

/** What decides what somebody sees. */
type Asking = Pick<Reader, 'roles' | 'policy'>;

const holdsOne = (person: Pick<Person, 'roles'>, roles: readonly string[]): boolean =>
  person.roles.some((role) => roles.includes(role));

/**
 * How near a case must be for somebody to see it through this API; undefined: they see none. By their own office: what is seen
 * is not lent. Customers have their own way in.
 */
export const sightScope = ({ roles, policy }: Asking): Scope | undefined =>
  scopeOf(policy, roles, 'case.see');

/** Whether somebody sees any cases. */
export const maySeeCases = (person: Asking): boolean => sightScope(person) !== undefined;

/** Whether somebody sees the personal values of the cases that they see. */
export const maySeePersonal = ({ roles, policy }: Asking): boolean =>
  scopeOf(policy, roles, 'case.see-personal') === 'all';

/** Whether a mark `x-restricted` lets somebody see what carries it. */
export const maySeeRestricted = (
  person: Pick<Person, 'roles'>,
  mark: readonly string[] | null | undefined,
): boolean => mark === null || mark === undefined || holdsOne(person, mark);
