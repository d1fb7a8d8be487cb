import { closeAdHocWork } from './ad-hoc.ts';
import { signersOf } from './approval/approval.ts';
import { approvalAnswered } from './ask-approval.ts';
import { offsetMinutesAt } from './case-zone.ts';
import { compensatedEvent, isUndoing, markForUndoing, undoNewest } from './compensation.ts';
import { marks } from './compile-machine.ts';
import { cancelDeadlines, triggerDeadlines } from './deadlines.ts';
import type { Json, JsonObject } from './json.ts';
import { KernelError } from './kernel-error.ts';
import {
  expressionScope,
  type MachineContext,
  type MachineEvent,
  type Surroundings,
} from './machine-context.ts';
import type { MachineAction, MachineResult } from './machine-runner.ts';
import { own } from './own.ts';
import { proposed } from './proposers.ts';
import { type Cause, nextId, type Run } from './run.ts';
import { cancelSeatClocks } from './seat-clocks.ts';
import { startService, stopService } from './services.ts';
import { beginSigning } from './signing.ts';
import type { Link } from './state.ts';
import { closeTasksOf, openTask } from './tasks.ts';

/**
 * Sends an event to the machine and applies what it does to the case, in the machine's own order.
 *
 * @returns whether any transition took the event
 * @throws KernelError when the definition leads into a dead end; the run must then be dropped
 */
export const sendToMachine = (run: Run, event: MachineEvent, cause: Cause): boolean => {
  const { runner } = run.compiled;
  const result = runner.send(run.state.machine, contextOf(run, cause), event);
  return applyResult(run, result, cause);
};

/** Enters the machine's initial states. */
export const startMachine = (run: Run, cause: Cause): void => {
  applyResult(run, run.compiled.runner.start(contextOf(run, cause)), cause);
};

export const contextOf = (run: Run, cause: Cause): MachineContext => ({
  data: run.state.data,
  ledger: run.state.ledger,
  documents: run.state.documents,
  around: surroundings(run, cause),
});

/** What expressions may read of a case beside its data. */
export const surroundings = (run: Run, cause: Pick<Cause, 'facts' | 'fromCaseId'>): Surroundings => {
  const { state, compiled } = run;
  return {
    at: run.clock,
    offsetMinutes: offsetMinutesAt(compiled.calendars[compiled.calendar], run.clock),
    facts: cause.facts,
    case: {
      kind: state.kind,
      receivedAt: state.receivedAt,
      openedAt: state.openedAt,
      epoch: state.epoch,
      profile: state.profile ?? null,
      historical: state.mode === 'historical',
    },
    links: countLinks(state.links),
    checklist: compiled.definition.documents ?? {},
    ...(cause.fromCaseId === undefined ? {} : { fromCaseId: cause.fromCaseId }),
  };
};

// FEEL would read `links.part-of` as a subtraction, so a relation is named `partOf` there.
const countLinks = (links: Link[]): { [rel: string]: number } => {
  const counts: { [rel: string]: number } = {};
  for (const link of links) {
    const name = link.rel.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

const applyResult = (run: Run, result: MachineResult, cause: Cause): boolean => {
  run.state = {
    ...run.state,
    machine: { ...run.state.machine, states: result.states, history: result.history },
    data: result.context.data,
    ledger: result.context.ledger,
    documents: result.context.documents,
  };
  let taken = false;
  for (const action of result.actions) {
    taken ||= action.type === marks.taken;
    applyAction(run, action, cause);
  }
  if (result.done && isUndoing(run)) {
    throw new KernelError(
      'COMPENSATION_UNDER_WAY',
      'The case cannot end before what is being undone is undone.',
    );
  }
  if (result.done && run.state.status === 'open') {
    closeAdHocWork(run, cause);
    run.state = { ...run.state, status: 'closed', closedAt: run.clock, timers: {} };
    cancelDeadlines(run);
  } else if (result.actions.some(({ type }) => type === 'compensate')) {
    goOnUndoing(run, cause);
  }
  return taken;
};

/** Times that the machine may be told in one step that all is undone, before it counts as an endless loop. */
const compensatedMax = 100;

/** Asks for the next call to be undone, or tells the machine that none is left. */
export const goOnUndoing = (run: Run, cause: Cause): void => {
  if (isUndoing(run)) {
    undoNewest(run);
    return;
  }
  if (++run.compensated > compensatedMax) {
    throw new KernelError('ENDLESS_LOOP', 'The machine asks again and again to undo what is undone.');
  }
  triggerDeadlines(run, { event: compensatedEvent }, cause);
  sendToMachine(run, { type: compensatedEvent, data: {} }, cause);
};

const applyAction = (run: Run, { type, params }: MachineAction, cause: Cause): void => {
  const given = (params ?? {}) as JsonObject;
  switch (type) {
    case marks.entered:
      openTask(run, given.id as string, cause, () =>
        expressionScope(contextOf(run, cause), { type: cause.type }),
      );
      triggerDeadlines(run, { enter: given.id as string }, cause);
      return;
    case marks.exited:
      closeTasksOf(run, given.id as string, cause);
      cancelSeatClocks(run, given.id as string);
      triggerDeadlines(run, { exit: given.id as string }, cause);
      return;
    case marks.invoke:
      invoke(run, given, cause);
      return;
    case marks.signing:
      beginSigning(run, given, cause);
      return;
    case marks.stopInvoke:
      stopService(run, given.id as string);
      return;
    case 'xstate.raise':
      applyRaise(run, given, cause);
      return;
    case 'xstate.cancel': {
      const { [given.sendId as string]: _, ...timers } = run.state.timers;
      run.state = { ...run.state, timers };
      return;
    }
    case 'deliver':
      // An imported case's letters were sent by the system it comes from.
      if (run.state.mode !== 'historical') {
        run.effects.push({
          type: 'deliver',
          id: nextId(run),
          template: given.template as string,
          to: given.to as { customer: true },
          data: given.data ?? null,
        });
      }
      return;
    case 'compensate':
      markForUndoing(run, given.service as string);
      return;
    case 'start':
      startChildren(run, given);
      return;
    case 'tell':
      for (const link of run.state.links.filter(({ rel }) => rel === given.rel)) {
        run.effects.push({
          type: 'tellCase',
          id: nextId(run),
          caseId: link.caseId,
          event: given.event as string,
          data: told(run, given),
          ...historicalClock(run),
        });
      }
      return;
    default:
  }
};

// Whoever approved must not pay, so the case that asked has to know them; and what nobody signed it does not believe.
const told = ({ state: { signing } }: Run, { event, data }: JsonObject): JsonObject => {
  const answer = data as JsonObject;
  if (event !== approvalAnswered) {
    return answer;
  }
  if (signing?.approval.status === 'approved') {
    return { ...answer, signers: signersOf(signing.approval) };
  }
  return answer.outcome === 'approved' ? { ...answer, signers: [] } : answer;
};

const invoke = (run: Run, { id, service, input, needs }: JsonObject, cause: Cause): void => {
  const asked = { service: service as string, input: input ?? null };
  if (own(run.compiled.definition.approvals, asked.service)) {
    const { subjectHash } = asked.input as { subjectHash: string };
    const request = proposed(run, asked.service, asked.input as JsonObject, cause);
    startService(run, id as string, { ...asked, input: request, subjectHash });
  } else {
    startService(run, id as string, {
      ...asked,
      ...(needs === undefined ? {} : { needs: needs as { approval: string; subjectHash: string } }),
    });
  }
};

// A raise without delay has been consumed by the machine already; only deadlines may still wait for its event.
const applyRaise = (run: Run, params: JsonObject, cause: Cause): void => {
  const event = params.event as { type: string; data?: Json };
  if (typeof params.delay !== 'number') {
    triggerDeadlines(run, { event: event.type }, cause);
    return;
  }
  const dueAt = new Date(Date.parse(run.clock) + params.delay).toISOString();
  const timer = {
    dueAt,
    event: event.data === undefined ? { type: event.type } : { type: event.type, data: event.data },
  };
  run.state = { ...run.state, timers: { ...run.state.timers, [params.id as string]: timer } };
};

const startChildren = (run: Run, params: JsonObject): void => {
  const child = run.compiled.definition.children?.[params.child as string];
  for (const data of child ? (params.data as JsonObject[]) : []) {
    run.effects.push({
      type: 'startCase',
      id: nextId(run),
      child: params.child as string,
      definition: child?.definition as string,
      rel: child?.rel as string,
      data,
      ...historicalClock(run),
    });
  }
};

const historicalClock = (run: Run): { occurredAt?: string } =>
  run.state.mode === 'historical' ? { occurredAt: run.clock } : {};
