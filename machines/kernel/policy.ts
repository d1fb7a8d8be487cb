import type { Facts } from './command.ts';
import { decide } from './policy/decide.ts';
import { nearTo } from './policy/near.ts';
import { holdsRole, type Right, rightsOf } from './policy/rights.ts';
import type { Policy } from './policy/table.ts';
import type { CaseState } from './state.ts';

/** By which right somebody may do what is reserved to these roles: their own, else the first lent one that has one. */
export const rightWithRole = (policy: Policy, facts: Facts, by: readonly string[]): Right | undefined =>
  rightsOf(policy, facts).find((right) => holdsRole(right, by));

/** Whether the person's own office lets them: what is for certain eyes only is not lent with the work. */
export const hasOwnRole = (policy: Policy, facts: Facts, by: readonly string[]): boolean =>
  rightsOf(policy, facts).some((right) => right.of === undefined && holdsRole(right, by));

/** Roles that the table names for an act, in its order. */
export const rolesFor = (policy: Policy, act: string): string[] => Object.keys(policy.acts[act]?.by ?? {});

/**
 * Whether the table lets somebody use a verb of the engine's own by this right.
 *
 * @param state the case, where how near the person is to it may count
 */
export const mayUseBy = (
  policy: Policy,
  right: Right,
  verb: string,
  state?: Pick<CaseState, 'owner' | 'tasks'>,
): boolean =>
  decide(policy, { act: verb, right, near: state === undefined ? [] : nearTo(state, right) }).allow;

/** The same by any right, their own or a lent one. Where an entry tells of it, `usesRight` also names whose it was. */
export const mayUse = (
  policy: Policy,
  facts: Facts,
  verb: string,
  state?: Pick<CaseState, 'owner' | 'tasks'>,
): boolean => rightsOf(policy, facts).some((right) => mayUseBy(policy, right, verb, state));

/** Whether somebody may add a document or a comment: everybody but those who only look on. */
export const mayContribute = (
  policy: Policy,
  facts: Facts,
  state: Pick<CaseState, 'owner' | 'tasks'>,
): boolean => mayUse(policy, facts, 'case.contribute', state);
