import { own } from '../own.ts';
import type { CaseState } from '../state.ts';
import { type Decision, decide } from './decide.ts';
import { nearTo } from './near.ts';
import type { Right } from './rights.ts';
import { actOfEvent, type Policy, rememberedAs } from './table.ts';

/** Why the table keeps a right from an act: who may not do it at all, or who must not do it as well. */
export type Bar = 'role' | 'apart' | 'authority';

/** What is refused to those whom the table keeps apart. */
export const apartRule = "is not for who did the step that it is to be apart from, nor for the case's owner.";

/**
 * Judges an act in a case by its row of the table, beside what the definition says of it. What the table has no row for
 * is the definition's alone to grant.
 */
export const judgeAct = (
  policy: Policy,
  state: Pick<CaseState, 'definition' | 'owner' | 'tasks' | 'acted'>,
  act: string | undefined,
): ((right: Right) => Bar | undefined) => {
  const row = act === undefined ? undefined : own(policy.acts, act);
  if (act === undefined || row === undefined) {
    return () => undefined;
  }
  const apart = rememberedAs(policy, state.definition.id, row.apartFrom ?? []);
  const didBefore = apart.flatMap((name) => state.acted[name] ?? []);
  return (right) => {
    const { because } = decide(policy, {
      ...{ act, right, didBefore },
      near: nearTo(state, right),
      owner: state.owner,
    });
    return barOf[because];
  };
};

/** The same of the act that an event of the case's definition is. */
export const judgeEvent = (
  policy: Policy,
  state: Pick<CaseState, 'definition' | 'owner' | 'tasks' | 'acted'>,
  event: string,
): ((right: Right) => Bar | undefined) =>
  judgeAct(policy, state, actOfEvent(policy, state.definition.id, event));

const barOf: { [because in Decision['because']]: Bar | undefined } = {
  allowed: undefined,
  'no-rule': 'role',
  role: 'role',
  scope: 'role',
  'not-lent': 'role',
  separation: 'apart',
  owner: 'apart',
  authority: 'authority',
};
