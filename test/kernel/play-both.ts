import {
  type AnyActor,
  type AnyMachineSnapshot,
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
  Transition,
  Transitions,
} from '../../machines/kernel/definition.ts';
import { nextWakeAt } from '../../machines/kernel/due.ts';
import { isExpression } from '../../machines/kernel/expression.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { step, wake } from '../../machines/kernel/step.ts';
import { as, compiledOf, openingOf } from './case-driver.ts';
import { eventNames } from './random-definition.ts';

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
  // To the history of a state around it, XState would go without leaving where it is, delays included.
  const transitions = (source: Transitions = [], around: string[] = []) =>
    [source]
      .flat()
      .map((each): Transition => (typeof each === 'string' ? { target: each } : each))
      .map((each) => ({
        ...each,
        ...([each.target ?? []].flat().some((id) => around.includes(id)) ? { reenter: true } : {}),
        ...(each.guard ? { guard: guard(each.guard) } : {}),
        actions: (each.actions ?? []).map(action),
      }));
  const each = <T>(record: { [key: string]: T } = {}, change: (item: T, key: string) => unknown) =>
    Object.fromEntries(Object.entries(record).map(([key, item]) => [key, change(item, key)]));
  const delayMs = (length: string) => Math.round(Number(length.slice(2, -1)) * 1000);
  const node = (source: StateNode, id: string, around: string[] = []): object => {
    const { states, on, always, after, onDone, entry, ...rest } = source;
    const histories = Object.entries(states ?? {}).filter(([, { type }]) => type === 'history');
    const within = [...around, ...histories.map(([key]) => `#${key}`)];
    return {
      ...rest,
      id,
      ...(states ? { states: each(states, (inner, key) => node(inner, key, within)) } : {}),
      on: each(on, (item) => transitions(item, around)),
      always: transitions(always, around),
      after: Object.fromEntries(
        Object.entries(after ?? {}).map(([length, item]) => [delayMs(length), transitions(item, around)]),
      ),
      ...(onDone ? { onDone: transitions(onDone, around) } : {}),
      entry: (entry ?? []).map(action),
    };
  };
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

const startMs = Date.UTC(2026, 0, 5);
const at = (ms: number) => new Date(startMs + ms).toISOString();

/** Some seconds pass, then the event of this number is sent; none has the number after the last one. */
export type Move = [event: number, seconds: number];

/**
 * Plays the moves on the kernel and on XState's own running actor, and tells the states of both after each, and whether
 * they took the event; undefined where the machine runs into an endless loop, which the kernel alone survives.
 */
export const playBoth = (
  definition: Partial<RuntimeDefinition>,
  given: Move[],
): [kernel: string[], actor: string[]][] | undefined => {
  const compiled = compiledOf({ ...definition, tasks: {}, deadlines: {} });
  const opened = openingOf(compiled, at(0), { data: { n: 0 } });
  if (isRefusal(opened)) {
    return undefined;
  }
  let { state } = opened;
  const clock = new SimulatedClock();
  const actor = createActor(plain(definition.machine ?? {}), {
    clock,
    // Left alone, XState would choose among what excludes one another in the order in which states were entered.
    inspect: (event) => {
      if (event.type === '@xstate.microstep') {
        (event.snapshot as AnyMachineSnapshot)._nodes.sort((a, b) => a.order - b.order);
      }
    },
  });
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
