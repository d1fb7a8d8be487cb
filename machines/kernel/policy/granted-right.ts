import type { Facts } from '../command.ts';
import type { Refusal } from '../refusal.ts';
import type { CaseState } from '../state.ts';
import { apartRule, judgeAct } from './judge-act.ts';
import type { OptionalAct } from './optional-acts.ts';
import { holdsRole, isAmong, type Right, rightsOf } from './rights.ts';
import type { Policy } from './table.ts';

/** What a definition grants beside its events. */
export interface Grant {
  act: OptionalAct;
  /** What it is, as the beginning of a sentence. */
  what: string;
  /** Roles that the definition names. */
  by: readonly string[];
  /** People whom the definition keeps from it. */
  notBy?: readonly string[];
}

/**
 * The first of somebody's rights by which both the definition and the table, where it has the act, let them do it; else
 * why none does.
 */
export const grantedRight = (
  policy: Policy,
  state: Pick<CaseState, 'definition' | 'owner' | 'tasks' | 'acted'>,
  facts: Facts,
  { act, what, by, notBy = [] }: Grant,
): Right | Pick<Refusal, 'code' | 'detail'> => {
  const bar = judgeAct(policy, state, act);
  const named = rightsOf(policy, facts).filter((right) => holdsRole(right, by) && bar(right) !== 'role');
  if (named.length === 0) {
    const asFar = policy.acts[act] === undefined ? '' : `, as far as the table's act ${act} lets them`;
    return { code: 'ROLE_REQUIRED', detail: `${what} needs one of the roles ${by.join(', ')}${asFar}.` };
  }
  return (
    named.find((right) => bar(right) === undefined && !isAmong(right, notBy)) ?? {
      code: 'FOUR_EYES',
      detail: `${what} ${apartRule}`,
    }
  );
};
