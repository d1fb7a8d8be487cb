import type { Facts } from './command.ts';
import { holdsRole, rightsOf } from './policy/rights.ts';

/** The version of the rules below; recorded with what they decided once rules become data. */
export const policyVersion = '1';

/** Whether somebody with these facts may do what is reserved to these roles, by a right of their own or a lent one. */
export const hasRole = (facts: Facts, by: readonly string[]): boolean =>
  rightsOf(facts).some((right) => holdsRole(right, by));

/** The same by the person's own office: what is for certain eyes only is not lent with the work. */
export const hasOwnRole = (facts: Facts, by: readonly string[]): boolean =>
  rightsOf(facts).some((right) => right.of === undefined && holdsRole(right, by));

/** Verbs that no definition grants: who may use them in any case. */
export const verbRoles: { [verb: string]: string[] } = {
  'task.reassign': ['lead', 'manager', 'complaints-manager'],
  'task.release': ['lead', 'manager', 'complaints-manager'],
  'deadline.resume': ['lead', 'manager', 'complaints-manager', 'handler', 'adjuster'],
  'incident.retry': ['admin', 'lead', 'manager', 'complaints-manager', 'finance'],
  'incident.resolve': ['admin', 'lead', 'manager', 'complaints-manager', 'finance'],
  'case.import': ['admin'],
  'case.recalculate': ['admin', 'compliance', 'system'],
  'case.recuse': ['manager', 'complaints-manager', 'compliance'],
  'case.readmit': ['compliance'],
  'case.link': [
    'system',
    'case',
    'agent',
    'handler',
    'adjuster',
    'lead',
    'manager',
    'complaints-manager',
    'admin',
  ],
};

/** Roles that look on but put nothing into a case. */
const onlookers = ['auditor', 'designer'];

export const mayUse = (facts: Facts, verb: string): boolean => hasRole(facts, verbRoles[verb] ?? []);

/** Whether somebody may add a document or a comment: everybody but those who only look on. */
export const mayContribute = (facts: Facts): boolean =>
  facts.onBehalfOf !== undefined ||
  rightsOf(facts).some(({ roles }) => roles.some((role) => !onlookers.includes(role)));
