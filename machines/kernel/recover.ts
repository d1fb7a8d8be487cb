import type { Facts } from './command.ts';
import type { Compiled } from './compile.ts';
import { policyOf } from './policy/table.ts';
import { rightWithRole } from './policy.ts';
import type { Refusal } from './refusal.ts';
import { type Cause, record, startRun } from './run.ts';
import type { CaseState } from './state.ts';
import { finish, type Step } from './step.ts';
import { askForAssignee } from './tasks.ts';
import { nameRight } from './use-right.ts';

/**
 * Puts an open case back to work whose run was lost: a new epoch, so that the lost run, should it come back, can write
 * nothing more. What was under way outside is asked for again under the ids it had.
 *
 * @param now workflow time, RFC 3339
 */
export const recover = (
  compiled: Compiled,
  state: CaseState,
  { id, facts }: { id: string; facts: Facts },
  now: string,
): Step | Refusal => {
  const right = rightWithRole(policyOf(compiled, state), facts, ['admin', 'system']);
  if (right === undefined) {
    return {
      refused: true,
      code: 'ROLE_REQUIRED',
      detail: 'Recovering a case is for operators.',
      allowed: [],
    };
  }
  if (state.status === 'closed') {
    return {
      refused: true,
      code: 'CASE_CLOSED',
      detail: 'A closed case has no run to recover.',
      allowed: [],
    };
  }
  const at = now > state.clockAt ? now : state.clockAt;
  const clock = state.mode === 'historical' ? state.clockAt : at;
  const run = startRun(compiled, { ...state, epoch: state.epoch + 1 }, at, clock);
  for (const [invokeId, running] of Object.entries(state.services)) {
    if (!running.failed && state.mode !== 'historical') {
      const { effectId, key, visit, service, input } = running;
      run.effects.push({ type: 'callService', id: effectId, key, invokeId, visit, service, input });
    }
  }
  for (const [taskId, task] of Object.entries(state.tasks)) {
    if (task.status === 'open' && task.assignee === null) {
      askForAssignee(run, taskId, task);
    }
  }
  const cause: Cause = { type: 'case.recovered', commandId: id, facts, data: null };
  nameRight(cause, right);
  record(run, cause);
  return finish(run, id);
};
