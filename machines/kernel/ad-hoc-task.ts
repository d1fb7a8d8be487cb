import { refuse } from './apply-event.ts';
import type { Actor, Facts, TaskCommand } from './command.ts';
import { type Right, rightsOf } from './policy/rights.ts';
import { mayContribute } from './policy.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import { replaceAssignee } from './replace-assignee.ts';
import { type Cause, performer, type Run } from './run.ts';
import type { Task } from './state.ts';
import { holds } from './task-rights.ts';
import { completeTask, putTask } from './tasks.ts';
import { nameRight, usesRight } from './use-right.ts';

type AdHocTask = Task & { adHoc: NonNullable<Task['adHoc']> };

/**
 * Applies a verb on a task that a person added. Whoever it was given to may do it, or anybody of its department; who
 * gave it, or a lead, may take it back.
 */
export const applyAdHocTask = (
  run: Run,
  command: TaskCommand,
  task: AdHocTask,
  cause: Cause,
): Refusal | undefined => {
  const { facts, taskId, verb, to } = command;
  const no = (code: RefusalCode, detail: string) => refuse(run, facts, code, detail);
  const me = performer(facts).id;
  const { adHoc, assignee } = task;
  const taken = () => no('TASK_TAKEN', `The task is assigned to ${assignee}.`);
  if (adHoc.kind === 'handover' || adHoc.kind === 'owner') {
    return no('OUTCOME_NOT_ALLOWED', 'This is answered by a verb on the owner of the case.');
  }
  switch (verb) {
    case 'claim':
      if (assignee !== null && assignee !== me) {
        return taken();
      }
      if (!isFor(run, task, facts, cause)) {
        return no('ROLE_REQUIRED', `The task is for the department ${task.department}.`);
      }
      return assign(run, taskId, task, me);
    case 'release':
      if (assignee !== me && !usesRight(run, facts, 'task.release', cause)) {
        return no('ROLE_REQUIRED', 'Only its assignee or a lead releases a task.');
      }
      // A task for one person goes back to who asked, so that it is never nobody's.
      return assign(run, taskId, task, task.department === undefined ? adHoc.by : null);
    case 'reassign':
      if (
        ![assignee, adHoc.by].includes(me) &&
        !usesRight(run, facts, 'task.reassign', cause) &&
        !facts.actor.roles.includes('system')
      ) {
        return no('ROLE_REQUIRED', 'Only its assignee, who added it or a lead hands a task on.');
      }
      if (!to || !mayContribute(run.policy, { actor: to satisfies Actor }, run.state)) {
        return no('ROLE_REQUIRED', 'The task goes to somebody who works on cases.');
      }
      if (facts.actor.roles.includes('system')) {
        return replaceAssignee(run, taskId, task, to);
      }
      return assign(run, taskId, task, to.id);
    case 'complete': {
      if (command.outcome !== 'done') {
        return no('OUTCOME_NOT_ALLOWED', 'The task ends with: done.');
      }
      const right = heldBy(run, task, facts);
      if (assignee !== null && right === undefined) {
        return taken();
      }
      if (!isFor(run, task, facts, cause)) {
        return no('ROLE_REQUIRED', `The task is for the department ${task.department}.`);
      }
      if (adHoc.kind === 'evidence') {
        return no('OUTCOME_NOT_ALLOWED', 'This task ends when the promised document arrives.');
      }
      const { text } = command;
      if (adHoc.answerExpected && text === undefined) {
        return no('ANSWER_REQUIRED', 'The task ends with an answer.');
      }
      if (text !== undefined) {
        putTask(run, taskId, { ...task, adHoc: { ...adHoc, answer: text } });
      }
      if (right !== undefined) {
        nameRight(cause, right);
      }
      completeTask(run, taskId, 'done', me, cause.rightOf);
      cause.type = 'task.done';
      return undefined;
    }
    case 'cancel': {
      // Whoever owes a proof is not the one to waive it.
      const isOwn = adHoc.by === me && adHoc.kind !== 'evidence';
      if (!isOwn && !usesRight(run, facts, 'task.release', cause)) {
        return no(
          'ROLE_REQUIRED',
          'Only who added a task or a lead cancels it; a lead alone, where it waits for evidence.',
        );
      }
      if (command.reason === undefined) {
        return no('REASON_REQUIRED', 'Say why the task is cancelled.');
      }
      putTask(run, taskId, { ...task, status: 'cancelled', closedAt: run.clock });
      return undefined;
    }
    default:
      return no('VERB_NOT_ALLOWED', 'That is not for tasks that a person added.');
  }
};

/** By which right the task is the person's: under whatever account, or of somebody whose right they have. */
const heldBy = (run: Run, task: Task, facts: Facts): Right | undefined =>
  rightsOf(run.policy, facts).find(holds(task));

const isFor = (run: Run, task: Task, facts: Facts, cause: Cause): boolean => {
  const { department } = task;
  const { departments = [] } = performer(facts) as Actor;
  return (
    usesRight(run, facts, 'case.contribute', cause) &&
    (heldBy(run, task, facts) !== undefined || department === undefined || departments.includes(department))
  );
};

const assign = (run: Run, taskId: string, task: Task, assignee: string | null): undefined => {
  putTask(run, taskId, { ...task, assignee });
};
