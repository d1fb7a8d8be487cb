import { Context } from '@temporalio/activity';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import { compile } from '../../machines/kernel/compile.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Refusal } from '../../machines/kernel/refusal.ts';
import alwaysCalendar from '../../machines/library/calendars/always.json' with { type: 'json' };
import { timeSkippingCase } from '../support/time-skipping-case.ts';
import { type AnswerCall, type TimeSkippingWorker, unanswered } from '../support/time-skipping-worker.ts';
import type { Converted } from './convert-scxml.ts';
import { facts, lengthOf, limitMs, reachedBy, type ScxmlTest } from './play-scxml.ts';
import { scxmlLanguages } from './scxml-language.ts';

/** A millisecond of the suite is a second here: what the machine that runs the tests takes is small beside it. */
const slowness = 1_000;

/** What a test came to, event by event. */
export interface PlayedStep {
  reached: string[];
  states: string[];
  /** The workflow run that stored it. */
  runId: string | undefined;
  /** Whether the case took the event. */
  taken: boolean;
}

/** The states that a test reached in a real workflow that continues as new after every step, as `playScxmlTest`. */
export const playOnTemporal = async (
  worker: TimeSkippingWorker,
  { name, converted, expected }: ScxmlTest,
): Promise<PlayedStep[]> => {
  const of = { tenant: name.replaceAll(/\W+/g, '-'), caseId: 'c' };
  const compiled = compile(
    {
      definition: slowed(converted.definition),
      ref: { id: 'scxml', version: '1.0.0', hash: 'a'.repeat(64) },
      calendars: { always: alwaysCalendar as Calendar },
    },
    scxmlLanguages,
  );
  const waiting = new Set<string>();
  worker.answerCalls(of.tenant, answerBy(converted, waiting));
  const played = timeSkippingCase(worker, compiled, of, (key) => !waiting.has(key), { eventsMax: 1 });
  const receivedAt = new Date(await worker.nowMs()).toISOString();
  mustTake(
    await played.open({ commandId: 'open', ...of, number: name, facts, data: converted.data, receivedAt }),
  );

  const steps: PlayedStep[] = [];
  const note = async (commandId: string, states: string[], taken: boolean): Promise<void> => {
    const state = await played.state();
    const entries = await played.entries();
    const reached = (taken ? reachedBy({ entries }, commandId) : undefined) ?? state.machine.states;
    steps.push({ reached: [...reached].sort(), states, runId: state.run?.id, taken });
  };
  for (const [index, { event, afterMs, states }] of expected.entries()) {
    const id = `event-${index}`;
    if (event !== undefined) {
      await played.advanceTo((await worker.nowMs()) + afterMs * slowness);
      const refusal = await played.send({ id, facts, type: 'event', event, data: { name: event } });
      await note(id, states, refusal === undefined || mustBeLeft(refusal));
    } else if (expected.length === 1 && states[0] === 'pass') {
      // A test without events of its own runs until it says how it went.
      await played.advanceTo((await worker.nowMs()) + limitMs * slowness);
      await note('', states, true);
    } else {
      await note('open', states, true);
    }
  }
  return steps;
};

const slowed = (definition: RuntimeDefinition): RuntimeDefinition =>
  JSON.parse(JSON.stringify(definition), (key, value) => {
    const [, seconds] = (key === 'delay' && /^PT([\d.]+)S$/.exec(value)) || [];
    return seconds === undefined ? value : `PT${Number(seconds) * slowness}S`;
  }) as RuntimeDefinition;

/** A service is a machine of its own: its answer comes when it has reached its end. */
const answerBy =
  ({ services }: Converted, waiting: Set<string>): AnswerCall =>
  async ({ activity, effectId }) => {
    const service = services[activity.replace(/^scxml\./, '')];
    const lengthMs = service && lengthOf(service);
    if (lengthMs === 0 || Context.current().info.attempt > 1) {
      waiting.delete(effectId);
      return {};
    }
    waiting.add(effectId);
    throw unanswered(lengthMs && lengthMs * slowness);
  };

/** An event that the machine does not take leaves it as it is, as SCXML has it. */
const mustBeLeft = (refusal: Refusal): false => {
  if (refusal.code !== 'EVENT_NOT_ALLOWED' && refusal.code !== 'CASE_CLOSED') {
    mustTake(refusal);
  }
  return false;
};

const mustTake = (refusal: Refusal | undefined): void => {
  if (refusal) {
    throw new Error(`${refusal.code}: ${refusal.detail} ${JSON.stringify(refusal.errors ?? [])}`);
  }
};
