import type { Store } from '../db/open.ts';
import { accountsIn } from '../db/own/acting.ts';
import { hierarchyIn } from '../db/own/hierarchy.ts';
import type { Person } from '../db/own/people.ts';
import { superiorsOf } from '../machines/people/superiors-of.ts';
import { Condition, Refused } from './problem.ts';
import type { Reader } from './reader.ts';
import { maySeeCases } from './rights.ts';

export const isAdmin = ({ roles }: Pick<Person, 'roles'>): boolean => roles.includes('admin');

/** Roles that read what others have been, beside the administrators. */
export const mayReadHistory = (person: Pick<Person, 'roles'>): boolean =>
  isAdmin(person) || person.roles.includes('auditor') || person.roles.includes('compliance');

/** @throws Condition: to everybody else, people data are not there */
export const requireStaff = (person: Reader): Reader => {
  if (!maySeeCases(person)) {
    throw new Condition('NOT_FOUND', 'There is nothing at this address.');
  }
  return person;
};

/** @throws Refused */
export const requireAdmin = (person: Person): void => {
  if (!isAdmin(person)) {
    throw new Refused('ROLE_REQUIRED', 'Only an administrator (`admin`) may do this.');
  }
};

/** Ids of this human being: the account that is signed in, and all others. */
export const ownIds = (store: Store, person: Person): Promise<string[]> =>
  store.read((db) => [person.id, ...accountsIn(db, person)]);

/**
 * Nobody gives rights to themselves, under another account included, whether that is there or becomes theirs only now.
 * `ids`: whose rights change, and whose account theirs becomes where it does. @throws Refused
 */
export const requireSomebodyElse = async (
  store: Store,
  person: Person,
  ...ids: (string | null | undefined)[]
): Promise<void> => {
  const own = await ownIds(store, person);
  if (ids.some((id) => typeof id === 'string' && own.includes(id))) {
    throw new Refused('FOUR_EYES', 'Nobody changes their own rights: ask another administrator.');
  }
};

/** Whether somebody leads another: as superior, or as head of their department or of one above it. */
export const leads = (
  store: Store,
  { tenant, id }: Person,
  otherId: string,
  nowMs: number,
): Promise<boolean> => store.read((db) => superiorsOf(otherId, hierarchyIn(db, tenant, nowMs)).includes(id));

/** The person themselves, whoever leads them, and administrators. */
export const maySpeakFor = async (
  store: Store,
  person: Person,
  otherId: string,
  nowMs: number,
): Promise<boolean> =>
  person.id === otherId || isAdmin(person) || (await leads(store, person, otherId, nowMs));

/** @throws Refused */
export const requireSpeaksFor = async (
  store: Store,
  person: Person,
  otherId: string,
  nowMs: number,
): Promise<void> => {
  if (!(await maySpeakFor(store, person, otherId, nowMs))) {
    throw new Refused(
      'ROLE_REQUIRED',
      'Only the person, whoever leads them, or an administrator may do this.',
    );
  }
};
