import { advance, breachOnArrival, skipPassedWarnings, systemFacts } from './advance.ts';
import { applyCommand } from './apply-command.ts';
import { refuse } from './apply-event.ts';
import { settleImportedServices } from './apply-service.ts';
import { localDate } from './calendar.ts';
import type { Command, Opening, Reopening } from './command.ts';
import type { Compiled } from './compile.ts';
import type { Effect } from './effect.ts';
import type { Entry } from './entry.ts';
import { instantAt, instantMs, isInstant } from './instant.ts';
import { KernelError } from './kernel-error.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import { renewApprovals } from './renew-approvals.ts';
import { type Cause, type Run, record, startRun } from './run.ts';
import { raiseIncident } from './services.ts';
import type { CaseState } from './state.ts';

/** What one step of a case made: the state after it, the entries of the trail, and what to do outside. */
export interface Step {
  state: CaseState;
  entries: Entry[];
  effects: Effect[];
}

export type { Command, Opening, Refusal, Reopening };

/** Command ids that a case remembers, so that one sent again is answered and not applied again. */
export const answeredMax = 256;

/** The seq that answered this command, where the case still remembers it. */
export const answeredSeq = (state: CaseState, commandId: string): number | undefined =>
  state.answered.find(([id]) => id === commandId)?.[1];

/**
 * Takes a case one command further: first everything that has fallen due by `now`, then the command, then the
 * deadlines that the command brought with their time already passed.
 *
 * Pure: the same arguments give the same step. A command that was answered before changes nothing. A refusal changes
 * nothing either, not even what has fallen due: that comes with the next wake.
 *
 * @param now workflow time, RFC 3339; in historical mode the clock is the command's `occurredAt`
 */
export const step = (compiled: Compiled, state: CaseState, command: Command, now: string): Step | Refusal => {
  if (answeredSeq(state, command.id) !== undefined) {
    return { state, entries: [], effects: [] };
  }
  const clock = clockOf(state, command, now);
  const run = startRun(compiled, state, laterOf(now, state.clockAt), laterOf(clock ?? now, state.clockAt));
  if (clock === undefined) {
    return refuse(run, command.facts, 'TIME_INVALID', timeRule(state));
  }
  const backdated = judgeBackdating(compiled, state, command, now);
  if (backdated) {
    return refuse(run, command.facts, ...backdated);
  }
  const overtaken = judgeRev(run, command);
  if (overtaken) {
    return overtaken;
  }
  if (state.status === 'closed' && command.type !== 'service') {
    return refuse(run, command.facts, 'CASE_CLOSED', 'The case is closed; it can only be opened again.');
  }
  advance(run);
  const overtakenByClock = judgeRev(run, command);
  if (overtakenByClock) {
    return overtakenByClock;
  }
  const cause: Cause = {
    type: command.type,
    commandId: command.id,
    facts: command.facts,
    data: null,
    ...(command.occurredAt === undefined ? {} : { occurredAt: instantAt(instantMs(command.occurredAt)) }),
  };
  const before = { state: run.state, effects: [...run.effects] };
  try {
    const refusal = applyCommand(run, command, cause);
    if (refusal) {
      return refusal;
    }
    renewApprovals(run, cause);
    skipPassedWarnings(run);
    record(run, cause);
  } catch (error) {
    if (!(error instanceof KernelError)) {
      throw error;
    }
    const fromPerson = command.type !== 'service' && command.type !== 'message';
    if (fromPerson && error.code !== 'ENDLESS_LOOP') {
      return refuse(run, command.facts, refusalCodeOf(error), error.message);
    }
    run.state = before.state;
    run.effects = before.effects;
    raiseIncident(run, {
      kind: error.code === 'ENDLESS_LOOP' ? 'loop' : 'service',
      code: error.code,
      ...(command.type === 'service' ? { invokeId: command.invokeId } : {}),
    });
    cause.type = 'incident.raised';
    cause.data = { code: error.code };
    record(run, cause);
  }
  breachOnArrival(run);
  settleImportedServices(run);
  return finish(run, command.id);
};

/** Applies what has fallen due by `now`; a step without entries where nothing has. */
export const wake = (compiled: Compiled, state: CaseState, now: string): Step => {
  if (state.mode === 'historical') {
    return { state, entries: [], effects: [] };
  }
  const at = laterOf(now, state.clockAt);
  const run = startRun(compiled, state, at, at);
  advance(run);
  return run.entries.length === 0 ? { state, entries: [], effects: [] } : finish(run, undefined);
};

/** Ends a run: the clock it reached and the command it answered become part of the case. */
export const finish = (run: Run, commandId: string | undefined): Step => {
  const { answered, seq } = run.state;
  return {
    state: {
      ...run.state,
      clockAt: run.clock,
      answered:
        commandId === undefined
          ? answered
          : [...answered.slice(1 - answeredMax), [commandId, seq] as [string, number]],
    },
    entries: run.entries,
    effects: run.effects,
  };
};

/** The code under which a dead end is refused to the person who led there. */
export const refusalCodeOf = ({ code }: KernelError): RefusalCode =>
  code === 'ENTRY_TOO_LARGE' || code === 'WORK_OPEN'
    ? code
    : code === 'NOT_CANONICAL'
      ? 'DATA_INVALID'
      : 'STATE_FAILED';

const laterOf = (left: string, right: string): string => (left > right ? left : right);

/** The step's clock, or undefined where the command's `occurredAt` is none. */
const clockOf = (state: CaseState, command: Command, now: string): string | undefined => {
  const { occurredAt } = command;
  if (occurredAt !== undefined && !isInstant(occurredAt)) {
    return undefined;
  }
  const given = occurredAt === undefined ? undefined : instantAt(instantMs(occurredAt));
  if (given !== undefined && given > laterOf(now, state.clockAt)) {
    return undefined;
  }
  if (state.mode !== 'historical') {
    return now;
  }
  if (command.type === 'go-live' || command.type === 'adopt-policy') {
    return state.clockAt;
  }
  if (given === undefined) {
    return command.type === 'message' || command.type === 'link' ? state.clockAt : undefined;
  }
  if (command.type === 'message' || command.type === 'link') {
    return laterOf(given, state.clockAt);
  }
  return given < state.clockAt ? undefined : given;
};

/** Whoever decides by what they have read is refused where the case is another by now. */
const judgeRev = (run: Run, { expectedRev, facts }: Command): Refusal | undefined => {
  const { rev } = run.state;
  return expectedRev === undefined || expectedRev === rev
    ? undefined
    : refuse(run, facts, 'STALE', `The case has changed since rev ${expectedRev}: it is at ${rev}.`);
};

/** Commands of people whose `occurredAt` moves clocks; a document is its own proof. */
const datedByPeople: Command['type'][] = ['event', 'task', 'deadline', 'incident'];

/** Whoever says that something happened on an earlier day says why: clocks count from it. */
const judgeBackdating = (
  compiled: Compiled,
  state: CaseState,
  { type, occurredAt, reason }: Command,
  now: string,
): [RefusalCode, string] | undefined => {
  if (occurredAt === undefined || state.mode === 'historical' || !datedByPeople.includes(type)) {
    return undefined;
  }
  const calendar = compiled.calendars[compiled.calendar];
  const earlierDay =
    calendar && localDate(calendar, instantMs(occurredAt)) < localDate(calendar, instantMs(now));
  return earlierDay && reason === undefined
    ? ['REASON_REQUIRED', 'What happened on an earlier day is recorded with a reason.']
    : undefined;
};

const timeRule = (state: CaseState): string =>
  state.mode === 'historical'
    ? `An imported case takes each command with its occurredAt, none earlier than ${state.clockAt} or later than now.`
    : 'occurredAt must be an RFC 3339 instant and not lie in the future.';

export { systemFacts };
