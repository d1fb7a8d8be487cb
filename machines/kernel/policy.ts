import type { Facts } from './command.ts';
import { decide } from './policy/decide.ts';
import { nearTo } from './policy/near.ts';
import { holdsRole, rightsOf } from './policy/rights.ts';
import type { Policy } from './policy/table.ts';
import type { CaseState } from './state.ts';

/** Whether somebody with these facts may do what is reserved to these roles, by a right of their own or a lent one. */
export const hasRole = (policy: Policy, facts: Facts, by: readonly string[]): boolean =>
  rightsOf(policy, facts).some((right) => holdsRole(right, by));

/** The same by the person's own office: what is for certain eyes only is not lent with the work. */
export const hasOwnRole = (policy: Policy, facts: Facts, by: readonly string[]): boolean =>
  rightsOf(policy, facts).some((right) => right.of === undefined && holdsRole(right, by));

/** Roles that the table names for an act, in its order. */
export const rolesFor = (policy: Policy, act: string): string[] => Object.keys(policy.acts[act]?.by ?? {});

/**
 * Whether the table lets somebody use a verb of the engine's own, by a right of their own or a lent one.
 *
 * @param state the case, where how near the person is to it may count
 */
export const mayUse = (
  policy: Policy,
  facts: Facts,
  verb: string,
  state?: Pick<CaseState, 'owner' | 'tasks'>,
): boolean =>
  rightsOf(policy, facts).some((right) => {
    const near = state === undefined ? [] : nearTo(state, right);
    return decide(policy, { act: verb, right, near }).allow;
  });

/** Whether somebody may add a document or a comment: everybody but those who only look on. */
export const mayContribute = (
  policy: Policy,
  facts: Facts,
  state: Pick<CaseState, 'owner' | 'tasks'>,
): boolean => mayUse(policy, facts, 'case.contribute', state);
