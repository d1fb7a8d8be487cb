import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import type { Command, Facts } from '../../machines/kernel/command.ts';
import { type Compiled, compile } from '../../machines/kernel/compile.ts';
import { nextWakeAt } from '../../machines/kernel/due.ts';
import type { EntryLeaf } from '../../machines/kernel/entry.ts';
import { open } from '../../machines/kernel/open.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { type Step, step, wake } from '../../machines/kernel/step.ts';
import alwaysCalendar from '../../machines/library/calendars/always.json' with { type: 'json' };
import { type Converted, convertScxml, stateIdOf } from './convert-scxml.ts';
import { scxmlLanguages } from './scxml-language.ts';

/** One test of the suite: a machine, the events it gets, and the states it must be in after each. */
export interface ScxmlTest {
  name: string;
  converted: Converted;
  expected: { event?: string; afterMs: number; states: string[] }[];
}

const folder = join(
  dirname(createRequire(import.meta.url).resolve('@scion-scxml/test-framework/package.json')),
  'test',
);

interface Script {
  initialConfiguration: string[];
  events: { event: { name: string }; after?: number; nextConfiguration: string[] }[];
}

/** Reads a test of the suite, e.g. `history/history4`. @throws NotInDocument where it cannot be converted */
export const readScxmlTest = (name: string): ScxmlTest => {
  const script = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Script;
  const source = readFileSync(join(folder, `${name}.scxml`), 'utf8');
  const sorted = (states: string[]) => states.map(stateIdOf).sort();
  return {
    name,
    converted: convertScxml(source, [...new Set(script.events.map(({ event }) => event.name))]),
    expected: [
      { afterMs: 0, states: sorted(script.initialConfiguration) },
      ...script.events.map(({ event, after = 0, nextConfiguration }) => ({
        event: event.name,
        afterMs: after,
        states: sorted(nextConfiguration),
      })),
    ],
  };
};

export const facts: Facts = { actor: { id: 'test', roles: ['test', 'system'] } };
const startMs = Date.UTC(2026, 0, 5);
const at = (ms: number): string => new Date(startMs + ms).toISOString();

type Bare<C> = C extends Command ? Omit<C, 'id' | 'facts'> : never;
type Sent = Bare<Command>;

/** A machine that runs in the kernel, turned to JSON and back before every step, with services that answer. */
class Played {
  readonly compiled: Compiled;
  readonly converted: Converted;
  state: CaseState;
  /** The states that the latest opening or event led to, before anything that fell due after it. */
  reached: string[] = [];
  nowMs: number;
  private readonly answers: { atMs: number; invokeId: string; visit: number }[] = [];
  private commands = 0;

  constructor(converted: Converted, nowMs = 0) {
    this.converted = converted;
    this.nowMs = nowMs;
    this.compiled = compile(
      {
        definition: JSON.parse(JSON.stringify(converted.definition)),
        ref: { id: 'scxml', version: '1.0.0', hash: 'a'.repeat(64) },
        calendars: { always: alwaysCalendar as Calendar },
      },
      scxmlLanguages,
    );
    const opening = { commandId: 'open', tenant: 't', caseId: 'c', number: 'N', facts, data: converted.data };
    const opened = open(this.compiled, { ...opening, receivedAt: at(nowMs) }, at(nowMs));
    if (isRefusal(opened)) {
      throw new Error(`${opened.code}: ${opened.detail} ${JSON.stringify(opened.errors ?? [])}`);
    }
    this.state = opened.state;
    this.reached = reachedBy(opened, 'open') ?? [];
    this.take(opened);
  }

  /** Brings the clock forward; whatever is due or answered on the way happens at its time. */
  advanceTo(ms: number): void {
    for (let next = this.nextMs(); next !== undefined && next <= ms; next = this.nextMs()) {
      this.nowMs = Math.max(this.nowMs, next);
      const answer = this.answers.findIndex(({ atMs }) => atMs <= this.nowMs);
      if (answer >= 0) {
        for (const { invokeId, visit } of this.answers.splice(answer, 1)) {
          this.send({ type: 'service', invokeId, visit, result: { ok: true, output: {} } });
        }
      } else {
        this.take(wake(this.compiled, this.roundTrip(), at(this.nowMs)));
      }
    }
    this.nowMs = Math.max(this.nowMs, ms);
  }

  /** The next instant at which something happens by itself. */
  nextMs(): number | undefined {
    const due = nextWakeAt(this.state);
    const all = this.answers.map(({ atMs }) => atMs).concat(due === null ? [] : Date.parse(due) - startMs);
    return all.length === 0 ? undefined : Math.min(...all);
  }

  /** An event that the machine does not take leaves it as it is, as SCXML has it. */
  send(command: Sent): void {
    this.commands += 1;
    const sent = { id: `command-${this.commands}`, facts, ...command } as Command;
    const made = step(this.compiled, this.roundTrip(), sent, at(this.nowMs));
    if (!isRefusal(made)) {
      this.reached = reachedBy(made, sent.id) ?? [];
      this.take(made);
    } else if (made.code !== 'EVENT_NOT_ALLOWED' && made.code !== 'CASE_CLOSED') {
      throw new Error(`${made.code}: ${made.detail}`);
    }
  }

  private roundTrip(): CaseState {
    return JSON.parse(JSON.stringify(this.state)) as CaseState;
  }

  private take({ state, effects }: Step): void {
    this.state = state;
    for (const effect of effects) {
      const service = effect.type === 'callService' ? this.converted.services[effect.service] : undefined;
      const lengthMs = service && lengthOf(service);
      if (effect.type === 'callService' && lengthMs !== undefined) {
        const { invokeId, visit } = effect;
        this.answers.push({ atMs: this.nowMs + lengthMs, invokeId, visit });
      }
    }
  }
}

/** How long a machine runs by itself until its end; undefined where it does not reach it. */
export const lengthOf = (converted: Converted): number | undefined => {
  const run = new Played(converted);
  run.advanceTo(limitMs);
  const { closedAt } = run.state;
  return closedAt === undefined ? undefined : Date.parse(closedAt) - startMs;
};

/** The states that a command led to, among the entries that its step left. */
export const reachedBy = ({ entries }: Pick<Step, 'entries'>, commandId: string): string[] | undefined => {
  const leaves = entries.map(({ leaf }) => JSON.parse(leaf) as EntryLeaf);
  return leaves.find((leaf) => leaf.commandId === commandId)?.after.states;
};

/** How long a test may take by its own clock. */
export const limitMs = 60_000;

/**
 * The states a test reached after each of its events, sorted, beside those it should have reached. What the machine
 * sends to itself through the external queue comes after that, as in the suite's own runner.
 */
export const playScxmlTest = ({
  converted,
  expected,
}: ScxmlTest): { reached: string[]; states: string[] }[] => {
  const played = new Played(converted);
  return expected.map(({ event, afterMs, states }) => {
    if (event !== undefined) {
      played.advanceTo(played.nowMs + afterMs);
      played.reached = played.state.machine.states;
      played.send({ type: 'event', event, data: { name: event } });
    } else if (expected.length === 1 && states[0] === 'pass') {
      // A test without events of its own runs until it says how it went.
      played.advanceTo(limitMs);
      played.reached = played.state.machine.states;
    }
    return { reached: [...played.reached].sort(), states };
  });
};
