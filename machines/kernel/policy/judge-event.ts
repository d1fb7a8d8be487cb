import type { CaseState } from '../state.ts';
import { type Decision, decide } from './decide.ts';
import { nearTo } from './near.ts';
import type { Right } from './rights.ts';
import { actOfEvent, eventsOfActs, type Policy } from './table.ts';

/** Why the table keeps a right from an event: who may not do it at all, or who must not do it as well. */
export type Bar = 'role' | 'apart' | 'authority';

/**
 * Judges an event of a case by the table, beside what the definition says of it. An event that is no act of the table
 * is the definition's alone to grant.
 */
export const judgeEvent = (
  policy: Policy,
  state: Pick<CaseState, 'definition' | 'owner' | 'tasks' | 'acted'>,
  event: string,
): ((right: Right) => Bar | undefined) => {
  const act = actOfEvent(policy, state.definition.id, event);
  if (act === undefined) {
    return () => undefined;
  }
  const apart = eventsOfActs(policy, state.definition.id, policy.acts[act]?.apartFrom ?? []);
  const didBefore = apart.flatMap((type) => state.acted[type] ?? []);
  return (right) => {
    const { because } = decide(policy, {
      ...{ act, right, didBefore },
      near: nearTo(state, right),
      owner: state.owner,
    });
    return barOf[because];
  };
};

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
