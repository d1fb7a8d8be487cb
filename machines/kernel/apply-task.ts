import { applyEvent, refuse } from './apply-event.ts';
import { applySeat } from './apply-seat.ts';
import type { Actor, TaskCommand } from './command.ts';
import { own } from './own.ts';
import { hasRole, isSamePerson, mayContribute, mayUse } from './policy.ts';
import type { Refusal } from './refusal.ts';
import { type Cause, performer, type Run } from './run.ts';
import type { Task } from './state.ts';
import { completeTask, personsWhoDid, putTask } from './tasks.ts';

/** Applies a verb on a task. */
export const applyTask = (run: Run, command: TaskCommand, cause: Cause): Refusal | undefined => {
  const { facts, taskId, verb } = command;
  const task = own(run.state.tasks, taskId);
  const no = (code: Parameters<typeof refuse>[2], detail: string) => refuse(run, facts, code, detail);
  if (!task) {
    return no('TASK_UNKNOWN', 'This case has no such task.');
  }
  const { seat } = task;
  if (seat !== undefined && verb !== 'comment') {
    return applySeat(run, command, { ...task, seat }, cause);
  }
  if (verb === 'comment') {
    return mayContribute(facts)
      ? undefined
      : no('ROLE_REQUIRED', 'Commenting is for those who work on the case.');
  }
  if (task.status !== 'open') {
    return no('TASK_NOT_OPEN', `The task is ${task.status}.`);
  }
  const me = performer(facts).id;
  switch (verb) {
    case 'claim':
      return (
        mayDo(run, task, facts, no) ??
        (task.assignee !== null && task.assignee !== me
          ? no('TASK_TAKEN', `The task is assigned to ${task.assignee}.`)
          : assign(run, taskId, task, me))
      );
    case 'release':
      return task.assignee === me || mayUse(facts, 'task.release')
        ? assign(run, taskId, task, null)
        : no('ROLE_REQUIRED', 'Only its assignee or a lead releases a task.');
    case 'assign':
    case 'reassign':
      return hand(run, command, task, no);
    case 'complete':
      return complete(run, command, task, cause, no);
    default:
      return no('OUTCOME_NOT_ALLOWED', 'That is for decisions by several people.');
  }
};

type No = (code: Parameters<typeof refuse>[2], detail: string) => Refusal;

const mayDo = (run: Run, task: Task, facts: TaskCommand['facts'], no: No): Refusal | undefined => {
  const definition = run.compiled.definition.tasks?.[task.state];
  if (!hasRole(facts, [task.role])) {
    return no('ROLE_REQUIRED', `The task is for the role ${task.role}.`);
  }
  return isSamePerson(facts, personsWhoDid(run, definition?.notBy ?? []))
    ? no('FOUR_EYES', 'Whoever did the earlier step may not do this one.')
    : undefined;
};

const assign = (run: Run, taskId: string, task: Task, assignee: string | null): undefined => {
  putTask(run, taskId, { ...task, assignee });
};

const hand = (run: Run, command: TaskCommand, task: Task, no: No): Refusal | undefined => {
  const { facts, to, verb, taskId } = command;
  const allowed =
    verb === 'assign'
      ? facts.actor.roles.includes('system')
      : task.assignee === performer(facts).id || mayUse(facts, 'task.reassign');
  if (!allowed) {
    return no('ROLE_REQUIRED', 'Only its assignee or a lead hands a task on.');
  }
  if (verb === 'assign' && task.assignee !== null) {
    return no('TASK_TAKEN', `The task is assigned to ${task.assignee}.`);
  }
  if (!to) {
    return no('DATA_INVALID', 'Say to whom the task goes.');
  }
  return mayDo(run, task, { actor: to satisfies Actor }, no) ?? assign(run, taskId, task, to.id);
};

const complete = (run: Run, command: TaskCommand, task: Task, cause: Cause, no: No): Refusal | undefined => {
  const { facts, outcome, data, taskId } = command;
  const outcomes = run.compiled.definition.tasks?.[task.state]?.outcomes ?? [];
  if (outcome === undefined || !outcomes.includes(outcome)) {
    return no('OUTCOME_NOT_ALLOWED', `The task ends with one of: ${outcomes.join(', ')}.`);
  }
  if (task.assignee !== null && task.assignee !== performer(facts).id) {
    return no('TASK_TAKEN', `The task is assigned to ${task.assignee}.`);
  }
  const refusal = mayDo(run, task, facts, no) ?? applyEvent(run, { command, event: outcome, data, cause });
  if (refusal) {
    return refusal;
  }
  completeTask(run, taskId, outcome, performer(facts).id);
  return undefined;
};
