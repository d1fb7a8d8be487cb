import { refuse } from './apply-event.ts';
import { type Act, applyAct } from './approval/act.ts';
import { type Approval, accountsOf, type Seat } from './approval/approval.ts';
import { type ActFault, humansOf, isFault, rightTo } from './approval/eligible.ts';
import type { Actor, TaskCommand } from './command.ts';
import { triggerDeadlines } from './deadlines.ts';
import { isInstant } from './instant.ts';
import { KernelError } from './kernel-error.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import { replaceAssignee } from './replace-assignee.ts';
import { type Cause, performer, type Run } from './run.ts';
import { sendToMachine } from './send-to-machine.ts';
import { putApproval, stepEnded, stepOpened } from './signing.ts';
import type { Task } from './state.ts';
import { putTask } from './tasks.ts';
import { reportUnfilled } from './unfilled-seat.ts';
import { nameRight, usesRight } from './use-right.ts';

/** Applies a verb on the task of a seat: who may take it is judged by the decision itself, not by the role alone. */
export const applySeat = (
  run: Run,
  command: TaskCommand,
  given: Task & { seat: string },
  cause: Cause,
): Refusal | undefined => {
  const { facts, verb, taskId, to } = command;
  const { approval } = run.state.signing as NonNullable<Run['state']['signing']>;
  const seat = approval.seats.find(({ id }) => id === given.seat) as Seat;
  const task = currentTask(given, seat, run.clock);
  const no = (code: RefusalCode, detail: string): Refusal => refuse(run, facts, code, detail);
  const actor = performer(facts) as Actor;
  const isSystem = facts.actor.roles.includes('system');
  if (task.status !== 'open' && verb !== 'withdraw') {
    return no('TASK_NOT_OPEN', `The task is ${task.status}.`);
  }
  const rightOf = (person: Actor) => rightTo(approval, seat, person, { at: run.clock, decidesAmount: false });
  const acts = (): Refusal | undefined => {
    const right = rightOf(actor);
    // Only who could take the seat is told who has it.
    if (isFault(right)) {
      return no(codeOf(right), right.detail);
    }
    if (isAnothers(task, actor) && (verb === 'claim' || !isLender(seat, actor))) {
      return no('TASK_TAKEN', holds(task));
    }
    nameRight(cause, right);
    return undefined;
  };
  const give = (assignee: string | null): undefined => {
    putTask(run, taskId, { ...task, assignee });
  };
  switch (verb) {
    case 'claim':
      return acts() ?? give(actor.id);
    case 'release':
      return task.assignee === actor.id || usesRight(run, facts, 'task.release', cause)
        ? give(null)
        : no('ROLE_REQUIRED', 'Only its assignee or a lead releases a task.');
    case 'assign':
    case 'reassign': {
      const mayHand =
        verb === 'assign'
          ? isSystem
          : isSystem || task.assignee === actor.id || usesRight(run, facts, 'task.reassign', cause);
      if (!mayHand) {
        return no('ROLE_REQUIRED', 'Only its assignee or a lead hands a task on.');
      }
      if (to === undefined) {
        return no('DATA_INVALID', 'Say to whom the task goes.');
      }
      const receiver = rightOf(to);
      if (isFault(receiver)) {
        return no(codeOf(receiver), receiver.detail);
      }
      return isSystem && verb === 'reassign' ? replaceAssignee(run, taskId, task, to) : give(to.id);
    }
    case 'complete': {
      if (command.outcome !== 'approve' && command.outcome !== 'reject') {
        return no('OUTCOME_NOT_ALLOWED', 'A seat ends with approve or reject.');
      }
      const denied = acts();
      if (denied) {
        return denied;
      }
      break;
    }
    case 'delegate':
    case 'return':
    case 'add-signer': {
      const denied = acts();
      if (denied) {
        return denied;
      }
      break;
    }
    case 'climb':
      if (!isSystem) {
        return no('ROLE_REQUIRED', 'The ladder is climbed by the engine itself.');
      }
      break;
    default:
  }
  if (needsReason(command) && command.reason === undefined) {
    return no('REASON_REQUIRED', 'Say why.');
  }
  const act = actOf(command, seat.id, approval, actor);
  const next = act && applyAct(approval, act, run.clock);
  if (!next) {
    return no('DATA_INVALID', 'Something that this verb needs is missing.');
  }
  if (isFault(next)) {
    return next.fault === 'NOBODY_ELIGIBLE' && reportUnfilled(run, taskId, cause)
      ? undefined
      : no(codeOf(next), next.detail);
  }
  const decision = next.seats.find(({ id }) => id === seat.id)?.decision;
  if (decision?.onBehalfOfId !== undefined && decision !== seat.decision) {
    cause.rightOf = decision.onBehalfOfId;
  }
  return follow(run, next, cause);
};

const follow = (run: Run, next: Approval, cause: Cause): undefined => {
  const { state, approval } = run.state.signing as NonNullable<Run['state']['signing']>;
  putApproval(run, state, next);
  if (next.step !== approval.step || next.round !== approval.round) {
    triggerDeadlines(run, { event: stepEnded }, cause);
    if (next.step !== null) {
      triggerDeadlines(run, { event: stepOpened }, cause);
    }
  }
  if (next.status !== 'running') {
    const type = `approval.${next.status}`;
    triggerDeadlines(run, { event: type }, cause);
    if (!sendToMachine(run, { type, data: { outcome: next.status } }, cause)) {
      throw new KernelError('APPROVAL_UNHANDLED', `No state takes "${type}".`);
    }
  }
};

const actOf = (
  { verb, outcome, to, until, toStep, position }: TaskCommand,
  seat: string,
  approval: Approval,
  actor: Actor,
): Act | undefined => {
  switch (verb) {
    case 'complete':
      return { type: outcome === 'approve' ? 'approve' : 'reject', seat, actor };
    case 'return':
      return toStep === undefined ? undefined : { type: 'return', seat, actor, toStep };
    case 'delegate':
      return to && until !== undefined && isInstant(until)
        ? { type: 'delegate', seat, actor, to, until: new Date(until).toISOString() }
        : undefined;
    case 'add-signer':
      return to && { type: 'add-signer', seat, actor, to, position: position ?? 'before' };
    case 'remove-signer': {
      const added = approval.seats.find(
        (each) =>
          each.addedBy !== undefined && each.signer.personId === to?.id && each.status === 'undecided',
      );
      return to && { type: 'remove-signer', seat: added?.id ?? '', actor };
    }
    case 'withdraw':
      return { type: 'recall', actor };
    case 'climb':
      return { type: 'climb', seat };
    default:
      return undefined;
  }
};

const needsReason = ({ verb, outcome }: TaskCommand): boolean =>
  verb === 'return' || verb === 'withdraw' || (verb === 'complete' && outcome === 'reject');

/** Assigned to somebody whose work this actor does not do. */
const isAnothers = ({ assignee }: Task, actor: Actor): boolean =>
  assignee !== null &&
  !humansOf(actor).includes(assignee) &&
  !(actor.actsFor ?? []).some(({ personId }) => personId === assignee);

/** Whoever had the seat for a time has it no more once that is over: its task is the lender's again. */
const currentTask = (task: Task, { delegation }: Seat, clock: string): Task =>
  delegation && delegation.until <= clock && task.assignee === delegation.to.id
    ? { ...task, assignee: delegation.by.id }
    : task;

const isLender = ({ delegation }: Seat, actor: Actor): boolean =>
  delegation !== undefined && accountsOf(delegation.by).some((id) => humansOf(actor).includes(id));

const holds = ({ assignee }: Task): string => `The task is assigned to ${assignee}.`;

const codeOf = ({ fault }: ActFault): RefusalCode => (fault === 'SEAT_UNKNOWN' ? 'TASK_UNKNOWN' : fault);
