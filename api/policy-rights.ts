import { isAdmin } from './people-rights.ts';
import { Condition, Refused } from './problem.ts';
import type { Reader } from './reader.ts';
import { maySeeCases } from './rights.ts';

/** Whatever a table says, those two can replace it. */
const isPublisher = (person: Reader): boolean => isAdmin(person) || person.roles.includes('compliance');

/** Who sees cases, who can replace the table, and who audits what it decided. */
export const mayReadPolicy = (person: Reader): boolean =>
  isPublisher(person) || person.roles.includes('auditor') || maySeeCases(person);

/** @throws Condition: to whoever may not read the table it is not there */
export const requirePolicyReader = (person: Reader): Reader => {
  if (!mayReadPolicy(person)) {
    throw new Condition('NOT_FOUND', 'There is nothing at this address.');
  }
  return person;
};

/** @throws Refused */
export const requirePublisher = (person: Reader): void => {
  if (!isPublisher(person)) {
    throw new Refused('ROLE_REQUIRED', 'Only an administrator (`admin`) or `compliance` may do this.');
  }
};
