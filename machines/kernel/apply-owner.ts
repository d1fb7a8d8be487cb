import { adHocState } from './ad-hoc.ts';
import { startAdHocDeadline } from './apply-ad-hoc.ts';
import { refuse } from './apply-event.ts';
import type { Actor, Facts, OwnerCommand } from './command.ts';
import { stopDeadline } from './deadlines.ts';
import { HOUR_MS, instantAt, instantMs } from './instant.ts';
import { beginTransfer, endTransfer, isPingPong } from './owner-transfers.ts';
import { isAmong, rightsOf } from './policy/rights.ts';
import { mayContribute } from './policy.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import { type Cause, nextId, performer, type Run } from './run.ts';
import type { AdHocKind } from './state.ts';
import { completeTask, putTask } from './tasks.ts';
import { nameRight, usesRight } from './use-right.ts';

/** How long a superior has to name the owner of a case that was handed to and fro. */
export const namingHours = 4;

type No = (code: RefusalCode, detail: string) => Refusal;

/**
 * Changes who is answerable for the case: somebody always is. The owner stays it until the receiver accepts; and where
 * a case is handed over again and again with nothing new known of it, a superior of both names the owner.
 */
export const applyOwner = (run: Run, command: OwnerCommand, cause: Cause): Refusal | undefined => {
  const { facts, verb } = command;
  const no: No = (code, detail) => refuse(run, facts, code, detail);
  const me = performer(facts).id;
  const waiting = run.state.handover;
  switch (verb) {
    case 'hand-over':
      return handOver(run, command, cause, no);
    case 'accept':
    case 'decline':
      if (waiting?.to !== me) {
        return no('HANDOVER_UNKNOWN', 'No hand-over of this case waits for you.');
      }
      if (verb === 'decline' && command.reason === undefined) {
        return no('REASON_REQUIRED', 'Say why you do not take the case.');
      }
      endHandover(run, verb === 'accept' ? 'accepted' : 'declined', me);
      if (verb === 'accept') {
        run.state = { ...run.state, owner: me };
      }
      tell(run, `owner.${verb === 'accept' ? 'accepted' : 'declined'}`, waiting.from);
      return undefined;
    case 'name':
      return name(run, command, cause, no);
    case 'withdraw':
      if (!isEngine(facts) || waiting?.because === undefined) {
        return no('HANDOVER_UNKNOWN', 'No hand-over of this case waits that the engine has asked for.');
      }
      endHandover(run, 'withdrawn', me);
      return undefined;
  }
};

const handOver = (run: Run, command: OwnerCommand, cause: Cause, no: No) => {
  const { facts, to, superior, because } = command;
  const { owner } = run.state;
  const from = senderOf(run, command, cause);
  if (!from) {
    return no('ROLE_REQUIRED', 'The owner hands a case over, or a lead.');
  }
  if (run.state.handover?.superior !== undefined) {
    return no('OWNER_BEING_NAMED', 'A superior is asked to name the owner of this case.');
  }
  if (!to || !mayContribute(run.policy, { actor: to }, run.state)) {
    return no('ROLE_REQUIRED', 'The case goes to somebody who works on cases.');
  }
  if (to.id === owner) {
    return no('DATA_INVALID', `${to.id} is the owner already.`);
  }
  endHandover(run, 'withdrawn', performer(facts).id);
  const refer = isPingPong(run.state);
  const transfer = beginTransfer(run, { of: 'owner', from, to });
  if (refer) {
    cause.type = 'owner.referred';
    referToSuperior(run, { from: from.id, superior: superior ?? null, transfer });
    return undefined;
  }
  const taskId = addTask(run, 'handover', { by: from.id, assignee: to.id });
  const handover = { from: from.id, to: to.id, at: run.clock, transfer, taskId };
  run.state = { ...run.state, handover: because === undefined ? handover : { ...handover, because } };
  tell(run, 'owner.asked', to.id);
  return undefined;
};

/** Whom the case comes from: who sends it, or where the engine does, the owner who cannot answer for it now, if any. */
const senderOf = (run: Run, { facts, because, from }: OwnerCommand, cause: Cause): Actor | undefined => {
  const { owner } = run.state;
  if (because !== undefined) {
    const sender = owner === null ? (performer(facts) as Actor) : from;
    return isEngine(facts) && (owner === null || from?.id === owner) ? sender : undefined;
  }
  const me = performer(facts) as Actor;
  const may =
    owner === me.id ||
    usesRight(run, facts, 'task.reassign', cause) ||
    (owner === null && usesRight(run, facts, 'case.contribute', cause));
  return may ? me : undefined;
};

const isEngine = ({ actor }: Facts): boolean => actor.roles.includes('system');

/** Has a superior name the owner within hours; without one in common it is for any manager. */
export const referToSuperior = (
  run: Run,
  { from, superior, transfer }: { from: string; superior: string | null; transfer: string },
): void => {
  const dueAt = instantAt(instantMs(run.clock) + namingHours * HOUR_MS);
  const taskId = addTask(run, 'owner', { by: from, assignee: superior, dueAt });
  startAdHocDeadline(run, `@owner.${transfer}`, dueAt, { kind: 'owner', by: from });
  run.state = { ...run.state, handover: { from, superior, at: run.clock, transfer, taskId } };
  tell(run, 'owner.referred', superior);
};

const name = (run: Run, { facts, to }: OwnerCommand, cause: Cause, no: No): Refusal | undefined => {
  const { handover } = run.state;
  if (handover?.superior === undefined) {
    return no('HANDOVER_UNKNOWN', 'Nobody is asked to name the owner of this case.');
  }
  const { superior } = handover;
  const me = performer(facts).id;
  // Who was asked may be gone by then; a case waits for nobody's return.
  const isLate = run.state.deadlines[`@owner.${handover.transfer}`]?.status === 'breached';
  const byRole = (superior === null || isLate) && performer(facts).roles.some(isManager);
  const right =
    byRole || superior === null
      ? undefined
      : rightsOf(run.policy, facts).find((each) => isAmong(each, [superior]));
  if (!byRole && right === undefined) {
    return no('ROLE_REQUIRED', `The owner is named by ${superior ?? 'a manager'}.`);
  }
  if (!to || !mayContribute(run.policy, { actor: to }, run.state)) {
    return no('ROLE_REQUIRED', 'The case goes to somebody who works on cases.');
  }
  if (right !== undefined) {
    nameRight(cause, right);
  }
  stopDeadline(run, `@owner.${handover.transfer}`, run.clock);
  endHandover(run, 'named', me);
  run.state = { ...run.state, owner: to.id };
  tell(run, 'owner.named', to.id);
  return undefined;
};

const isManager = (role: string): boolean => ['manager', 'complaints-manager'].includes(role);

/** Ends the hand-over that waits, if one does, and the task it waits with. */
export const endHandover = (
  run: Run,
  status: 'accepted' | 'declined' | 'named' | 'withdrawn',
  by: string,
): void => {
  const { handover, ...rest } = run.state;
  if (!handover) {
    return;
  }
  run.state = rest;
  endTransfer(run, handover.transfer, status);
  const task = run.state.tasks[handover.taskId];
  if (task && status === 'withdrawn') {
    putTask(run, handover.taskId, { ...task, status: 'cancelled', closedAt: run.clock });
  } else {
    completeTask(run, handover.taskId, status, by);
  }
};

const addTask = (
  run: Run,
  kind: Extract<AdHocKind, 'handover' | 'owner'>,
  { by, assignee, dueAt }: { by: string; assignee: string | null; dueAt?: string },
): string => {
  const taskId = nextId(run);
  putTask(run, taskId, {
    ...{ state: adHocState(kind), status: 'open', role: assignee === null ? 'manager' : '', assignee },
    openedAt: run.clock,
    adHoc: { kind, by, ...(dueAt === undefined ? {} : { dueAt }) },
  });
  return taskId;
};

const tell = (run: Run, template: string, personId: string | null): void => {
  if (run.state.mode !== 'historical') {
    const roles = [personId === null ? 'manager' : `person:${personId}`];
    run.effects.push({ type: 'deliver', id: nextId(run), template, to: { roles }, data: null });
  }
};
