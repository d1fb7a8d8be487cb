import { applyAdHocTask } from './ad-hoc-task.ts';
import { refuse } from './apply-event.ts';
import { endHandover, referToSuperior } from './apply-owner.ts';
import { applySeat } from './apply-seat.ts';
import type { Actor, TaskCommand } from './command.ts';
import { endTask } from './end-task.ts';
import { own } from './own.ts';
import { areApart, beginTransfer, endTransfer, isPingPong } from './owner-transfers.ts';
import type { Right } from './policy/rights.ts';
import { mayUse } from './policy.ts';
import type { Refusal } from './refusal.ts';
import { replaceAssignee } from './replace-assignee.ts';
import { returnTask } from './return-task.ts';
import { type Cause, performer, type Run } from './run.ts';
import type { Task } from './state.ts';
import { fitting, holds, type No, rightsTo } from './task-rights.ts';
import { applyTaskVerb, currentTask, mention } from './task-verbs.ts';
import { putTask } from './tasks.ts';
import { nameRight, usesRight } from './use-right.ts';

/** Applies a verb on a task. */
export const applyTask = (run: Run, command: TaskCommand, cause: Cause): Refusal | undefined => {
  const { facts, taskId, verb } = command;
  const found = own(run.state.tasks, taskId);
  const no: No = (code, detail) => refuse(run, facts, code, detail);
  if (!found) {
    return no('TASK_UNKNOWN', 'This case has no such task.');
  }
  const task = currentTask(run, found);
  const { seat } = task;
  if (seat !== undefined && verb !== 'comment') {
    return applySeat(run, command, { ...task, seat }, cause);
  }
  if (verb === 'comment') {
    return usesRight(run, facts, 'case.contribute', cause)
      ? mention(run, command, no)
      : no('ROLE_REQUIRED', 'Commenting is for those who work on the case.');
  }
  if (task.status !== 'open') {
    return no('TASK_NOT_OPEN', `The task is ${task.status}.`);
  }
  const verbs = applyTaskVerb(run, command, task, cause);
  if (verbs) {
    return verbs.done;
  }
  const { adHoc } = task;
  if (adHoc !== undefined) {
    return applyAdHocTask(run, command, { ...task, adHoc }, cause);
  }
  switch (verb) {
    case 'claim': {
      const rights = rightsTo(run, task, facts, no);
      return 'refused' in rights
        ? rights
        : (takes(rights, task, no, cause) ?? accept(run, taskId, task, performer(facts).id));
    }
    case 'release':
      return usesRight(run, facts, 'task.release', cause, holds(task))
        ? giveBack(run, taskId, task)
        : no('ROLE_REQUIRED', 'Only its assignee or a lead releases a task.');
    case 'assign':
    case 'reassign':
      return hand(run, command, task, cause, no);
    case 'complete':
      return endTask(run, command, task, cause, no);
    case 'return':
      return returnTask(run, command, task, cause, no);
    case 'cancel':
      return no('VERB_NOT_ALLOWED', 'This task ends with one of its outcomes; a person did not add it.');
    default:
      return no(
        'VERB_NOT_ALLOWED',
        'Signers stand in decisions by several people; ask a colleague by a task added to the case.',
      );
  }
};

const takes = (rights: Right[], task: Task, no: No, cause: Cause): Refusal | undefined => {
  const [right] = fitting(rights, task);
  if (!right) {
    return no('TASK_TAKEN', `The task is assigned to ${task.assignee}.`);
  }
  nameRight(cause, right);
  return undefined;
};

const assign = (run: Run, taskId: string, task: Task, assignee: string | null): undefined => {
  putTask(run, taskId, { ...task, assignee });
};

/** Whoever takes up what another department sent has accepted it. */
const accept = (run: Run, taskId: string, { transfer, ...task }: Task, assignee: string): undefined => {
  if (transfer !== undefined) {
    endTransfer(run, transfer, 'accepted');
  }
  return assign(run, taskId, task, assignee);
};

/** What another department sent goes back to its sender when it is given back before it was accepted. */
const giveBack = (run: Run, taskId: string, { transfer, delegation, ...task }: Task): undefined => {
  if (delegation !== undefined) {
    return assign(run, taskId, task, delegation.from);
  }
  if (transfer === undefined) {
    return assign(run, taskId, task, null);
  }
  endTransfer(run, transfer, 'declined');
  return assign(run, taskId, task, run.state.transfers?.[transfer]?.from ?? null);
};

/** Gives it to a person; across departments its time stays the sender's until that one accepts by claiming it. */
const handTo = (
  run: Run,
  { facts, taskId, superior, from }: TaskCommand,
  { transfer: before, ...task }: Task,
  { to, cause, no }: { to: Actor; cause: Cause; no: No },
): Refusal | undefined => {
  if (before !== undefined) {
    endTransfer(run, before, 'withdrawn');
  }
  // Whoever sees to it, the task leaves the department of the one who has it.
  const sender = from?.id === task.assignee ? from : (performer(facts) as Actor);
  if (superior === undefined || !areApart(sender, to)) {
    return assign(run, taskId, task, to.id);
  }
  const refer = isPingPong(run.state);
  if (refer && run.state.handover?.superior !== undefined) {
    return no('OWNER_BEING_NAMED', 'A superior is asked to name the owner of this case.');
  }
  const transfer = beginTransfer(run, { of: 'task', from: sender, to, taskId });
  if (!refer) {
    return assign(run, taskId, { ...task, transfer }, to.id);
  }
  endHandover(run, 'withdrawn', performer(facts).id);
  cause.type = 'owner.referred';
  referToSuperior(run, { from: sender.id, superior, transfer });
  return assign(run, taskId, task, task.assignee);
};

const hand = (run: Run, command: TaskCommand, task: Task, cause: Cause, no: No): Refusal | undefined => {
  const { facts, to, verb, taskId } = command;
  const bySystem = facts.actor.roles.includes('system');
  const allowed =
    bySystem || (verb === 'reassign' && usesRight(run, facts, 'task.reassign', cause, holds(task)));
  if (!allowed) {
    return no('ROLE_REQUIRED', 'Only its assignee or a lead hands a task on.');
  }
  const replaces = bySystem && verb === 'reassign';
  if (task.delegation !== undefined && !replaces) {
    return no('DELEGATION_CHAINED', 'What is lent is not handed on: resolve it, or take it back first.');
  }
  if (verb === 'assign' && task.assignee !== null) {
    return no('TASK_TAKEN', `The task is assigned to ${task.assignee}.`);
  }
  if (!to) {
    return no('DATA_INVALID', 'Say to whom the task goes.');
  }
  const receiver = { actor: to satisfies Actor };
  const rights = rightsTo(run, task, receiver, no);
  // Where nobody can do it, the engine gives it to a lead, who sees that it is done.
  const isWithoutRole = 'refused' in rights && rights.code === 'ROLE_REQUIRED';
  const mayLead = bySystem && isWithoutRole && mayUse(run.policy, receiver, 'task.reassign', run.state);
  if ('refused' in rights && !mayLead) {
    return rights;
  }
  if (replaces) {
    return replaceAssignee(run, taskId, task, to);
  }
  if (mayLead || verb === 'assign') {
    return assign(run, taskId, task, to.id);
  }
  return 'refused' in rights ? rights : handTo(run, command, task, { to, cause, no });
};
