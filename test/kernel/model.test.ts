import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type AnyActor,
  and,
  assign,
  createActor,
  createMachine,
  not,
  or,
  raise,
  SimulatedClock,
  stateIn,
} from 'xstate';
import type {
  Action,
  Guard,
  RuntimeDefinition,
  StateNode,
  Transitions,
} from '../../machines/kernel/definition.ts';
import { nextWakeAt } from '../../machines/kernel/due.ts';
import { isExpression } from '../../machines/kernel/expression.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { step, wake } from '../../machines/kernel/step.ts';
import { as, compiledOf, openingOf } from './case-driver.ts';
import { eventNames, randomDefinition, trials, trialTimeoutMs } from './random-definition.ts';

// Guarantee: the kernel's machine, put together from JSON before every event, is where XState's own running actor is.

/** The same machine as an XState developer would write it, without going through the kernel's compiler. */
const plain = (machine: StateNode) => {
  const guard = (source: Guard): unknown => {
    if (isExpression(source)) {
      const [, sign, limit] = /^data\.n ([<>]) (\d)$/.exec(source['@expr']) ?? [];
      return ({ context }: { context: { n: number } }) =>
        sign === '<' ? context.n < Number(limit) : context.n > Number(limit);
    }
    if ('and' in source) {
      return and(source.and.map(guard) as never);
    }
    if ('or' in source) {
      return or(source.or.map(guard) as never);
    }
    return 'not' in source ? not(guard(source.not) as never) : stateIn(`#${source.in}`);
  };
  const action = (source: Action): unknown => {
    switch (source.type) {
      case 'assign':
        return assign(({ context }: { context: { n: number } }) => ({ n: context.n + 1 }) as never);
      case 'raise':
        return raise({ type: source.event } as never);
      default:
        return () => undefined;
    }
  };
  const transitions = (source: Transitions = []) =>
    [source].flat().map((each) =>
      typeof each === 'string'
        ? { target: each }
        : {
            ...each,
            ...(each.guard ? { guard: guard(each.guard) } : {}),
            actions: (each.actions ?? []).map(action),
          },
    );
  const each = <T>(record: { [key: string]: T } = {}, change: (item: T, key: string) => unknown) =>
    Object.fromEntries(Object.entries(record).map(([key, item]) => [key, change(item, key)]));
  const delayMs = (length: string) => Math.round(Number(length.slice(2, -1)) * 1000);
  const node = ({ states, on, always, after, onDone, entry, ...rest }: StateNode, id: string): object => ({
    ...rest,
    id,
    ...(states ? { states: each(states, node) } : {}),
    on: each(on, (item) => transitions(item)),
    always: transitions(always),
    after: Object.fromEntries(
      Object.entries(after ?? {}).map(([length, item]) => [delayMs(length), transitions(item)]),
    ),
    ...(onDone ? { onDone: transitions(onDone) } : {}),
    entry: (entry ?? []).map(action),
  });
  return createMachine({
    ...node(machine, 'root'),
    context: { n: 0 },
    options: { maxIterations: 1_000 },
  } as never);
};

const leaves = (actor: AnyActor): string[] =>
  actor
    .getSnapshot()
    ._nodes.filter(({ type }: { type: string }) => type === 'atomic' || type === 'final')
    .map(({ id }: { id: string }) => id)
    .sort();

const moves = fc.array(fc.tuple(fc.nat(eventNames.length), fc.integer({ min: 1, max: 9_000 })), {
  maxLength: 12,
});

const startMs = Date.UTC(2026, 0, 5);
const at = (ms: number) => new Date(startMs + ms).toISOString();

/** Plays the moves on both; undefined where the machine runs into an endless loop, which the kernel alone survives. */
const play = (
  definition: Partial<RuntimeDefinition>,
  given: [number, number][],
): [string[], string[]][] | undefined => {
  const compiled = compiledOf({ ...definition, tasks: {}, deadlines: {} });
  const opened = openingOf(compiled, at(0), { data: { n: 0 } });
  if (isRefusal(opened)) {
    return undefined;
  }
  let { state } = opened;
  const clock = new SimulatedClock();
  const actor = createActor(plain(definition.machine ?? {}), { clock });
  let failed = false;
  actor.subscribe({ error: () => (failed = true) });
  actor.start();
  const pairs: [string[], string[]][] = [];
  const compare = () => {
    pairs.push([[...state.machine.states].sort(), leaves(actor)]);
  };
  compare();
  let ms = 0;
  for (const [event, seconds] of given) {
    ms += seconds * 1_000;
    // XState's simulated clock jumps, and what a delay starts would begin at the end of the jump: it goes step by step.
    for (let due = nextWakeAt(state); due !== null && due <= at(ms); due = nextWakeAt(state)) {
      state = wake(compiled, JSON.parse(JSON.stringify(state)), due).state;
      clock.set(Date.parse(due) - startMs);
    }
    clock.set(ms);
    const type = eventNames[event];
    if (type !== undefined) {
      const command = { type: 'event' as const, event: type, id: `c${pairs.length}`, facts: as('handler') };
      const stepped = step(compiled, JSON.parse(JSON.stringify(state)), command, at(ms));
      const snapshot = actor.getSnapshot();
      const can = snapshot.status === 'active' && snapshot.can({ type });
      pairs.push([[isRefusal(stepped) ? 'refused' : 'accepted'], [can ? 'accepted' : 'refused']]);
      // An event that it does not take would still let XState try its eventless transitions again; a refusal changes
      // nothing.
      if (!isRefusal(stepped)) {
        ({ state } = stepped);
        if (can) {
          actor.send({ type });
        }
      }
    }
    if (failed || state.incidents.length > 0) {
      return undefined;
    }
    compare();
  }
  return pairs;
};

it('is in the same states after each event and delay', { timeout: trialTimeoutMs }, () => {
  let compared = 0;
  fc.assert(
    fc.property(randomDefinition({ services: false, ties: false }), moves, (definition, given) => {
      const pairs = play(definition, given);
      fc.pre(pairs !== undefined);
      compared += pairs?.length ?? 0;
      expect(pairs?.map(([ours]) => ours)).toEqual(pairs?.map(([, theirs]) => theirs));
    }),
    trials(150),
  );
  expect(compared).toBeGreaterThan(0);
});
