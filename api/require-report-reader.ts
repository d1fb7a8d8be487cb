import { hasOwnRole } from '../machines/kernel/policy.ts';
import { Condition } from './problem.ts';
import type { Reader } from './reader.ts';

const reportReaders = [
  'lead',
  'manager',
  'complaints-manager',
  'qa',
  'compliance',
  'auditor',
  'admin',
  'head-office',
];

/** Who may see how departments work, and work together. @throws Condition `NOT_FOUND` for anybody else */
export const requireReportReader = (person: Reader): Reader => {
  if (!hasOwnRole(person.policy, { actor: person }, reportReaders)) {
    throw new Condition('NOT_FOUND', 'There is nothing at this address.');
  }
  return person;
};
