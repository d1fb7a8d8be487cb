import { applyEvent } from './apply-event.ts';
import type { TaskCommand } from './command.ts';
import type { Refusal } from './refusal.ts';
import { type Cause, performer, type Run } from './run.ts';
import type { Task } from './state.ts';
import { type No, rightsToEnd } from './task-rights.ts';
import { completeTask } from './tasks.ts';

/** Ends a task by one of its outcomes, which is sent as an event. */
export const endTask = (
  run: Run,
  command: TaskCommand,
  task: Task,
  cause: Cause,
  no: No,
): Refusal | undefined => {
  const { facts, outcome, data, taskId } = command;
  const outcomes = run.compiled.definition.tasks?.[task.state]?.outcomes ?? [];
  if (outcome === undefined || !outcomes.includes(outcome)) {
    return no('OUTCOME_NOT_ALLOWED', `The task ends with one of: ${outcomes.join(', ')}.`);
  }
  const rights = rightsToEnd(run, task, facts, no);
  if ('refused' in rights) {
    return rights;
  }
  const refusal = applyEvent(run, { command, event: outcome, data, cause, rights });
  if (refusal) {
    return refusal;
  }
  completeTask(run, taskId, outcome, performer(facts).id, cause.rightOf);
  return undefined;
};
