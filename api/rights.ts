import type { Person } from '../db/own/people.ts';

/** Roles that handle cases: their holders see personal values. */
export const personalReaders: readonly string[] = [
  'agent',
  'adjuster',
  'lead',
  'manager',
  'handler',
  'complaints-manager',
  'siu',
  'medical',
  'legal',
  'finance',
  'qa',
  'compliance',
  'underwriter',
  'regulator-liaison',
  'head-office',
  'committee',
];

/** All roles of staff; whoever holds one of them sees the tenant's cases. */
export const staffRoles: readonly string[] = [...personalReaders, 'auditor', 'designer', 'admin'];

const holdsOne = (person: Pick<Person, 'roles'>, roles: readonly string[]): boolean =>
  person.roles.some((role) => roles.includes(role));

/** Whether somebody sees cases through this API; customers have their own way in. */
export const maySeeCases = (person: Pick<Person, 'roles'>): boolean => holdsOne(person, staffRoles);

export const maySeePersonal = (person: Pick<Person, 'roles'>): boolean => holdsOne(person, personalReaders);

/** Whether a mark `x-restricted` lets somebody see what carries it. */
export const maySeeRestricted = (
  person: Pick<Person, 'roles'>,
  mark: readonly string[] | null | undefined,
): boolean => mark === null || mark === undefined || holdsOne(person, mark);
