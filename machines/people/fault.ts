import type { Department } from './organisation.ts';
import { isOrdered, type Period } from './period.ts';

export type PeopleFaultCode =
  | 'ABSENCE_OVERLAPS'
  | 'ACCOUNT_CHAINED'
  | 'CALENDAR_UNKNOWN'
  | 'CURRENCY_UNKNOWN'
  | 'DELEGATION_EXCEEDED'
  | 'DELEGATION_LOOP'
  | 'DEPARTMENT_UNKNOWN'
  | 'HIERARCHY_LOOP'
  | 'PERIOD_INVALID'
  | 'PERIOD_OVERLAPS'
  | 'PERSON_UNKNOWN'
  | 'ROLE_UNKNOWN';

/** Why people data are not accepted: a JSON pointer to the field, and a sentence without its value. */
export interface PeopleFault {
  code: PeopleFaultCode;
  pointer: string;
  message: string;
}

/** What the rules ask about everybody else. */
export interface Known {
  person: (
    id: string,
  ) => { status: 'active' | 'disabled'; superior: string | null; humanId: string | null } | undefined;
  /** Whether other accounts name this one as their human being's. */
  hasAccounts: (id: string) => boolean;
  role: (id: string) => boolean;
  department: (id: string) => Pick<Department, 'parent' | 'status'> | undefined;
  calendar: (id: string) => boolean;
}

export const unknownPerson = (known: Known, id: string, pointer: string): PeopleFault[] =>
  known.person(id)?.status === 'active'
    ? []
    : [{ code: 'PERSON_UNKNOWN', pointer, message: 'is nobody who works here' }];

export const unknownRole = (known: Known, id: string, pointer: string): PeopleFault[] =>
  known.role(id) ? [] : [{ code: 'ROLE_UNKNOWN', pointer, message: 'is no role' }];

export const unknownDepartment = (known: Known, id: string, pointer: string): PeopleFault[] =>
  known.department(id)?.status === 'active'
    ? []
    : [{ code: 'DEPARTMENT_UNKNOWN', pointer, message: 'is no department, or a closed one' }];

export const emptyPeriod = (period: Period, pointer: string): PeopleFault[] =>
  isOrdered(period) ? [] : [{ code: 'PERIOD_INVALID', pointer, message: 'must be later than its start' }];

/** Longest way up that is walked; a longer one is a loop, or as good as one. */
const stepsMax = 50;

/** Whether the way up from `start` comes back to `id`, or does not end. */
export const comesBack = (
  id: string,
  start: string | null,
  above: (id: string) => string | null | undefined,
): boolean => {
  let at = start;
  for (let steps = 0; at !== null && steps < stepsMax; steps += 1) {
    if (at === id) {
      return true;
    }
    at = above(at) ?? null;
  }
  return at !== null;
};
