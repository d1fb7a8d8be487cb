import type { Facts } from './command.ts';
import { holdsRole, isAmong, type Right, rightsOf } from './policy/rights.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import type { Run } from './run.ts';
import type { Task } from './state.ts';
import { personsWhoDid } from './tasks.ts';

/** Refuses what was asked for. */
export type No = (code: RefusalCode, detail: string) => Refusal;

/** By which of their rights somebody may do the task; or why by none. */
export const rightsTo = (run: Run, task: Task, facts: Facts, no: No): Right[] | Refusal => {
  const definition = run.compiled.definition.tasks?.[task.state];
  const named = rightsOf(run.policy, facts).filter((right) => holdsRole(right, [task.role]));
  if (named.length === 0) {
    return no('ROLE_REQUIRED', `The task is for the role ${task.role}.`);
  }
  const did = personsWhoDid(run, definition?.notBy ?? []);
  const apart = named.filter((right) => !isAmong(right, did));
  return apart.length === 0 ? no('FOUR_EYES', 'Whoever did the earlier step may not do this one.') : apart;
};

/** Somebody's task is taken up by that person alone, or by the right that they have lent. */
export const fitting = (rights: Right[], { assignee }: Task): Right[] =>
  assignee === null ? rights : rights.filter((right) => isAmong(right, [assignee]));

/** Whether somebody's task is theirs by this right. */
export const holds =
  ({ assignee }: Task) =>
  (right: Right): boolean =>
    assignee !== null && isAmong(right, [assignee]);

/** By which of their rights somebody may end the task, forwards or back; never none of them. */
export const rightsToEnd = (run: Run, task: Task, facts: Facts, no: No): Right[] | Refusal => {
  const { assignee, delegation } = task;
  if (delegation !== undefined) {
    return no('TASK_TAKEN', `The task is lent to ${delegation.to}, who resolves it first.`);
  }
  const taken = () => no('TASK_TAKEN', `The task is assigned to ${assignee}.`);
  if (assignee !== null && !rightsOf(run.policy, facts).some(holds(task))) {
    return taken();
  }
  const all = rightsTo(run, task, facts, no);
  if ('refused' in all) {
    return all;
  }
  const rights = fitting(all, task);
  return rights.length === 0 ? taken() : rights;
};
