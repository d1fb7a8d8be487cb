import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allowedEvents } from '../../machines/kernel/allowed.ts';
import type { Command } from '../../machines/kernel/command.ts';
import type { Compiled } from '../../machines/kernel/compile.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { nextWakeAt } from '../../machines/kernel/due.ts';
import type { Effect } from '../../machines/kernel/effect.ts';
import { type Entry, leafBytesMax } from '../../machines/kernel/entry.ts';
import { isRefusal, type Refusal } from '../../machines/kernel/refusal.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { configuration } from '../../machines/kernel/state-tree.ts';
import { answeredSeq, type Step, step, wake } from '../../machines/kernel/step.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { as, compiledOf, minute, openingOf, person, sealed } from './case-driver.ts';
import { eventNames, randomDefinition, trials, trialTimeoutMs } from './random-definition.ts';

// Guarantee: whatever the definition and whatever is sent in whatever order, a step is a function of its arguments, a
// refusal changes nothing, and the trail says all there is to say.

type Move =
  | { kind: 'event'; event: number; by: string; minutesAgo: number }
  | { kind: 'pass'; minutes: number }
  | { kind: 'answer'; which: number; ok: boolean; stale: boolean }
  | { kind: 'task'; which: number; verb: 'claim' | 'release' | 'complete' | 'reassign'; by: string }
  | { kind: 'incident'; verb: 'retry' | 'resolve' }
  | { kind: 'deadline'; verb: 'pause' | 'resume' | 'extend' }
  | { kind: 'document' }
  | { kind: 'again' };

const by = fc.constantFrom('handler', 'handler2', 'lead', 'auditor');
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      event: fc.nat(eventNames.length),
      by,
      minutesAgo: fc.constantFrom(0, 0, 30, -5),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      which: fc.nat(9),
      ok: fc.boolean(),
      stale: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('task' as const),
      which: fc.nat(9),
      verb: fc.constantFrom('claim' as const, 'release' as const, 'complete' as const, 'reassign' as const),
      by,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('incident' as const),
      verb: fc.constantFrom('retry' as const, 'resolve' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deadline' as const),
      verb: fc.constantFrom('pause' as const, 'resume' as const, 'extend' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('document' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const) }) },
);

const commandOf = (given: Move, state: CaseState, id: string, minutes: number): Command | undefined => {
  switch (given.kind) {
    case 'event': {
      const occurred = given.minutesAgo === 0 ? {} : { occurredAt: minute(minutes - given.minutesAgo) };
      return {
        type: 'event',
        id,
        event: eventNames[given.event] ?? 'unknown',
        facts: as(given.by),
        ...occurred,
      };
    }
    case 'answer': {
      const running = Object.entries(state.services);
      const [invokeId = '0.s0', service] = running[given.which % Math.max(running.length, 1)] ?? [];
      const result = given.ok ? { ok: true as const, output: {} } : { ok: false as const, code: 'FAILED' };
      return {
        type: 'service',
        id,
        invokeId,
        visit: (service?.visit ?? 1) - Number(given.stale),
        result,
        facts: as('system'),
      };
    }
    case 'task': {
      const ids = Object.keys(state.tasks);
      const taskId = ids[given.which % Math.max(ids.length, 1)] ?? 'none';
      const outcome = eventNames[given.which % eventNames.length] ?? 'e0';
      return {
        type: 'task',
        id,
        taskId,
        verb: given.verb,
        facts: as(given.by),
        outcome,
        to: person('handler2'),
      };
    }
    case 'incident':
      return {
        type: 'incident',
        id,
        n: state.incidents.length,
        verb: given.verb,
        facts: as('admin'),
        reason: sealed('r'),
      };
    case 'deadline':
      return {
        type: 'deadline',
        id,
        name: 'd1',
        verb: given.verb,
        facts: as('manager'),
        reason: sealed('r'),
      };
    case 'document':
      return {
        type: 'document',
        id,
        document: { id: `doc-${id}`, key: 'other', sha256: 'a', sizeBytes: 1, mediaType: 'a/b' },
        facts: as('handler'),
      };
    default:
      return undefined;
  }
};

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
};
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Something that was done to the case: a command, or a wake. */
interface Done {
  command?: Command;
  at: string;
}

interface Played {
  compiled: Compiled;
  entries: Entry[];
  effects: Effect[];
  state: CaseState;
  done: Done[];
}

/** Plays the moves, with `check` before each of them. Undefined where the opening is refused (an endless loop). */
const play = (
  definition: Partial<RuntimeDefinition>,
  moves: Move[],
  check: (before: { compiled: Compiled; state: CaseState; done: Done }) => void = () => undefined,
): Played | undefined => {
  const compiled = compiledOf(frozen(definition));
  const opened = openingOf(compiled, minute(0), { data: { n: 0 } });
  if (isRefusal(opened)) {
    return undefined;
  }
  let { state } = opened;
  const entries = [...opened.entries];
  const effects = [...opened.effects];
  const done: Done[] = [];
  let minutes = 0;
  const apply = (each: Done) => {
    check({ compiled, state, done: each });
    const made = each.command ? step(compiled, state, each.command, each.at) : wake(compiled, state, each.at);
    done.push(each);
    if (!isRefusal(made)) {
      ({ state } = made);
      entries.push(...made.entries);
      effects.push(...made.effects);
    }
  };
  for (const [index, given] of moves.entries()) {
    if (given.kind === 'pass') {
      minutes += given.minutes;
      // Sometimes the clock is only looked at late, as after an outage.
      for (
        let due = nextWakeAt(state);
        given.minutes % 3 > 0 && due !== null && due <= minute(minutes);
        due = nextWakeAt(state)
      ) {
        apply({ at: due });
      }
    }
    const command =
      given.kind === 'again'
        ? done.findLast((each) => each.command)?.command
        : commandOf(given, state, `c${index}`, minutes);
    apply({ at: minute(minutes), ...(command ? { command } : {}) });
  }
  return { compiled, entries, effects, state, done };
};

const definitions = fc.oneof(
  randomDefinition({ services: true, ties: false }),
  randomDefinition({ services: true, ties: true }),
);
const moves = fc.array(move, { minLength: 1, maxLength: 15 });

const make = (compiled: Compiled, state: CaseState, { command, at }: Done) =>
  command ? step(compiled, state, command, at) : wake(compiled, state, at);

/** A check of what a step makes, before it is made. */
type Before = (before: { compiled: Compiled; state: CaseState; done: Done; made: Step | Refusal }) => void;

const beforeStep: { [guarantee: string]: Before } = {
  'the state may be turned to JSON and back, and the definition compiled anew': ({
    compiled,
    state,
    done,
    made,
  }) => {
    const anew = compiledOf(copy(compiled.definition));
    expect(make(anew, copy(state), copy(done))).toEqual(made);
  },

  'the same arguments give the same step, and are left as they were': ({ compiled, state, done, made }) => {
    expect(make(compiled, frozen(state), frozen(done))).toEqual(made);
  },

  'a refusal says why, and an accepted command is answered': ({ state, done, made }) => {
    if (isRefusal(made)) {
      expect(made.code).toMatch(/^[A-Z_]+$/);
      expect(made.detail).not.toBe('');
    } else if (done.command) {
      const known = answeredSeq(state, done.command.id);
      expect(answeredSeq(made.state, done.command.id)).toBe(known ?? made.state.seq);
    }
  },

  'a command sent again changes nothing': ({ compiled, done, made }) => {
    if (done.command && !isRefusal(made)) {
      const again = step(compiled, made.state, done.command, done.at);
      expect(again).toEqual({ state: made.state, entries: [], effects: [] });
    }
  },

  'what is allowed is what is accepted': ({ compiled, state, done }) => {
    const { state: now } = wake(compiled, state, done.at);
    const facts = as('handler');
    const accepted = eventNames.filter((event, index) => {
      const tried = step(compiled, now, { type: 'event', id: `try-${index}`, event, facts }, done.at);
      // An endless loop or a failing value is found only on the way.
      return !isRefusal(tried) || tried.code === 'STATE_FAILED';
    });
    expect(allowedEvents(compiled, now, facts, done.at)).toEqual(accepted);
  },
};

/** A check of what a whole sequence has made. */
type After = (played: Played, pick: number, part: 'leaf' | 'hash' | 'seq' | 'type') => void;

const afterSequence: { [guarantee: string]: After } = {
  'the trail verifies, and ends where the case is': ({ entries, state }) => {
    expect(verifyChain(entries)).toEqual({ ok: true });
    expect(entries).toHaveLength(state.seq);
    expect(entries.at(-1)?.hash).toBe(state.headHash);
    expect(entries.every(({ leaf }) => leaf.length <= leafBytesMax)).toBe(true);
    expect(JSON.parse(entries.at(-1)?.leaf ?? '').after.states).toEqual(state.machine.states);
  },

  'one bit changed anywhere in the trail is found': ({ entries }, pick, part) => {
    const index = pick % entries.length;
    const changed = entries.with(index, flipped(entries[index] as Entry, part, pick));
    expect(verifyChain(changed)).toMatchObject({ ok: false, badSeq: index + 1 });
  },

  'an entry left out, doubled or moved is found': ({ entries }) => {
    if (entries.length > 2) {
      const doubled = entries.toSpliced(1, 0, entries[0] as Entry);
      for (const broken of [entries.slice(1), entries.toSpliced(1, 1), doubled, entries.toReversed()]) {
        expect(verifyChain(broken).ok).toBe(false);
      }
    }
  },

  'played again from its commands, it ends with the same hash': ({ compiled, done, state, entries }) => {
    const opened = openingOf(compiled, minute(0), { data: { n: 0 } }) as Step;
    let again = opened.state;
    const hashes = opened.entries.map(({ hash }) => hash);
    for (const each of done) {
      const made = make(compiled, copy(again), each);
      if (!isRefusal(made)) {
        again = made.state;
        hashes.push(...made.entries.map(({ hash }) => hash));
      }
    }
    expect(again).toEqual(state);
    expect(hashes).toEqual(entries.map(({ hash }) => hash));
  },

  'a visit to a state has one task at most, and only active states have tasks, services and delays': ({
    compiled,
    state,
  }) => {
    const open = Object.values(state.tasks).filter(({ status }) => status === 'open');
    const active = configuration(compiled.tree, state.machine.states).map(({ id }) => id);
    expect(new Set(open.map((task) => task.state)).size).toBe(open.length);
    if (state.status === 'open') {
      const withTask = active.filter((id) => compiled.definition.tasks?.[id]);
      expect(withTask.filter((id) => !Object.values(state.tasks).some((task) => task.state === id))).toEqual(
        [],
      );
    } else {
      expect([Object.keys(state.timers), nextWakeAt(state)]).toEqual([[], null]);
    }
    const delays = Object.keys(state.timers).filter((id) => id.startsWith('xstate.after.'));
    const owners = [
      ...open.map((task) => task.state),
      ...Object.keys(state.services).map((id) => id.slice('0.'.length)),
      ...delays.map((id) => id.split('.').at(-1) ?? ''),
    ];
    expect(owners.filter((id) => !active.includes(id))).toEqual([]);
  },

  'no id of a task or an effect is given twice': ({ state, effects }) => {
    const ids = [...effects.map(({ id }) => id), ...Object.keys(state.tasks)];
    expect(ids.length).toBe(new Set(ids).size);
  },
};

const pick = fc.nat();
const part = fc.constantFrom('leaf' as const, 'hash' as const, 'seq' as const, 'type' as const);

it(`before every step: ${Object.keys(beforeStep).join('; ')}`, { timeout: trialTimeoutMs }, () => {
  fc.assert(
    fc.property(definitions, moves, (definition, given) => {
      const played = play(definition, given, (before) => {
        const made = make(before.compiled, before.state, before.done);
        for (const [guarantee, check] of Object.entries(beforeStep)) {
          naming(guarantee, () => check({ ...before, made }));
        }
      });
      fc.pre(played !== undefined);
    }),
    trials(60),
  );
});

it(`after every sequence: ${Object.keys(afterSequence).join('; ')}`, { timeout: trialTimeoutMs }, () => {
  fc.assert(
    fc.property(definitions, moves, pick, part, (definition, given, n, where) => {
      const played = play(definition, given);
      fc.pre(played !== undefined);
      for (const [guarantee, check] of Object.entries(played ? afterSequence : {})) {
        naming(guarantee, () => check(played as Played, n, where));
      }
    }),
    trials(60),
  );
});

/** Says in the failure which guarantee it broke. */
const naming = (guarantee: string, check: () => void): void => {
  try {
    check();
  } catch (error) {
    throw new Error(`Not so: ${guarantee}`, { cause: error });
  }
};

const flipped = (entry: Entry, part: 'leaf' | 'hash' | 'seq' | 'type', bit: number): Entry => {
  if (part === 'seq') {
    return { ...entry, seq: entry.seq ^ (1 << (bit % 20)) };
  }
  const bytes = new TextEncoder().encode(entry[part]);
  const at = bit % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 7));
  return { ...entry, [part]: new TextDecoder().decode(bytes) };
};
