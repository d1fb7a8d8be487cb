import type { Actor, Facts } from './command.ts';
import type { Money } from './json.ts';
import { performer } from './run.ts';

/** The version of the rules below; recorded with what they decided once rules become data. */
export const policyVersion = '1';

/** Roles whose holders may say that a customer did something: they take the customers' calls and letters. */
export const customerProxies = [
  'agent',
  'adjuster',
  'handler',
  'lead',
  'manager',
  'complaints-manager',
  'qa',
];

/** Whether somebody with these facts may do what is reserved to these roles. */
export const hasRole = (facts: Facts, by: string[]): boolean => {
  if (facts.onBehalfOf && 'customer' in facts.onBehalfOf) {
    return by.includes('customer') && facts.actor.roles.some((role) => customerProxies.includes(role));
  }
  return performer(facts).roles.some((role) => by.includes(role));
};

/**
 * Four eyes: whether this person, under whatever account, is among those who did what this person must not have done.
 */
export const isSamePerson = (facts: Facts, persons: string[]): boolean => {
  const { id, sameAs = [] } = performer(facts) as Actor;
  return [id, ...sameAs].some((account) => persons.includes(account));
};

/** Whether the amount lies within what the person may decide. Without a limit in its currency: no authority. */
export const withinAuthority = (facts: Facts, amount: Money): boolean => {
  const { authority = [] } = performer(facts) as { authority?: Money[] };
  const limit = authority.find(({ currency }) => currency === amount.currency);
  return limit !== undefined && amount.amount <= limit.amount;
};

/** Verbs that no definition grants: who may use them in any case. */
export const verbRoles: { [verb: string]: string[] } = {
  'task.reassign': ['lead', 'manager', 'complaints-manager'],
  'task.release': ['lead', 'manager', 'complaints-manager'],
  'deadline.resume': ['lead', 'manager', 'complaints-manager', 'handler', 'adjuster'],
  'incident.retry': ['admin', 'lead', 'manager', 'complaints-manager', 'finance'],
  'incident.resolve': ['admin', 'lead', 'manager', 'complaints-manager', 'finance'],
  'case.import': ['admin'],
  'case.recalculate': ['admin', 'compliance', 'system'],
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
  facts.onBehalfOf !== undefined || performer(facts).roles.some((role) => !onlookers.includes(role));
