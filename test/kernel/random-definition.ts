import fc from 'fast-check';
import type {
  Action,
  DeadlineDefinition,
  Guard,
  RuntimeDefinition,
  StateNode,
  Transition,
} from '../../machines/kernel/definition.ts';
import { feel } from './case-driver.ts';

/** Events of every random definition; `raised` is sent by machines only. */
export const eventNames = ['e0', 'e1', 'e2', 'e3'];

export interface RandomOptions {
  /** Whether states may invoke services. */
  services: boolean;
  /** Whether states may raise delayed events, and have delays that fall due together. */
  ties: boolean;
}

/** The shape of a random machine; numbers choose among what there is, so that every shape is a valid machine. */
interface Shape {
  kind: 'atomic' | 'compound' | 'parallel' | 'final';
  children: Shape[];
  history: 'none' | 'shallow' | 'deep';
  initial: number;
  on: [event: number, arrow: Arrow][];
  always: Arrow[];
  after: Arrow[];
  done: Arrow[];
  entry: number[];
  invokes: boolean;
}

interface Arrow {
  target: number;
  guard: number;
  actions: number[];
  reenter: boolean;
}

const arrow: fc.Arbitrary<Arrow> = fc.record({
  target: fc.nat(99),
  guard: fc.nat(9),
  actions: fc.array(fc.nat(9), { maxLength: 2 }),
  reenter: fc.boolean(),
});

const { shape } = fc.letrec<{ shape: Shape; leaf: Shape; inner: Shape }>((tie) => {
  const parts = {
    on: fc.array(fc.tuple(fc.nat(eventNames.length - 1), arrow), { maxLength: 3 }),
    always: fc.array(arrow, { maxLength: 1, size: 'xsmall' }),
    after: fc.array(arrow, { maxLength: 1 }),
    done: fc.array(arrow, { maxLength: 1 }),
    entry: fc.array(fc.nat(9), { maxLength: 1 }),
    history: fc.constantFrom('none' as const, 'shallow' as const, 'deep' as const),
    initial: fc.nat(9),
    invokes: fc.boolean(),
  };
  return {
    leaf: fc.record({
      ...parts,
      kind: fc.constantFrom('atomic' as const, 'atomic' as const, 'final' as const),
      children: fc.constant([]),
    }),
    inner: fc.record({
      ...parts,
      kind: fc.constantFrom('compound' as const, 'parallel' as const),
      children: fc.array(tie('shape'), { minLength: 2, maxLength: 3 }),
    }),
    shape: fc.oneof({ maxDepth: 2, depthSize: 'small' }, tie('leaf'), tie('inner')),
  };
});

/** Lengths without a common measure, so that two delays hardly ever end at the same millisecond. */
const lengthsMs = [
  3_610_007, 5_431_123, 9_771_301, 12_345_679, 17_654_321, 23_456_789, 31_415_927, 40_490_369,
];

/** A small random definition: nested, parallel, with history, delays, tasks, deadlines and services. */
export const randomDefinition = (options: RandomOptions): fc.Arbitrary<Partial<RuntimeDefinition>> =>
  fc
    .tuple(
      fc.array(shape, { minLength: 2, maxLength: 4 }),
      fc.array(fc.nat(9), { maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.boolean()), { maxLength: 2 }),
    )
    .map(([shapes, tasks, deadlines]) => definitionFrom(shapes, tasks, deadlines, options));

const definitionFrom = (
  shapes: Shape[],
  tasks: number[],
  deadlines: [number, number, boolean][],
  options: RandomOptions,
): Partial<RuntimeDefinition> => {
  const ids: string[] = [];
  const histories: string[] = [];
  const name = (shape: Shape, path: string): void => {
    ids.push(path);
    if (shape.history !== 'none' && shape.kind === 'compound') {
      histories.push(`${path}h`);
    }
    shape.children.forEach((child, index) => void name(child, `${path}${index}`));
  };
  shapes.forEach((each, index) => void name(each, `s${index}`));
  const pick = (list: string[], n: number): string => list[n % list.length] ?? '';

  const guardOf = (n: number): Guard | undefined =>
    [
      { in: pick(ids, n) },
      { not: { in: pick(ids, n * 7) } },
      { and: [{ in: pick(ids, n) }, feel('data.n < 3')] },
      { or: [{ in: pick(ids, n * 3) }, feel('data.n > 1')] },
    ][n];
  const actionOf = (n: number): Action =>
    [
      { type: 'assign' as const, set: { n: feel('data.n + 1') } },
      { type: 'raise' as const, event: pick(eventNames, n) },
      { type: 'deliver' as const, template: 'letter', to: { customer: true as const } },
      { type: 'cancel' as const, id: 'later' },
      ...(options.ties ? [{ type: 'raise' as const, event: 'e3', delay: 'PT2H', id: 'later' }] : []),
    ][n] ?? { type: 'assign', set: { n: feel('data.n + 1') } };
  // Lint refuses a way to the history of a state from deeper within it than its children: their ids are one longer.
  const targetsFrom = (id: string): string[] => [
    ...ids,
    ...histories.filter((each) => !id.startsWith(each.slice(0, -1)) || id.length <= each.length),
  ];
  const transition = (from: string, { target, guard, actions, reenter }: Arrow): Transition => {
    const condition = guardOf(guard);
    return {
      target: `#${pick(targetsFrom(from), target)}`,
      ...(condition ? { guard: condition } : {}),
      actions: actions.map(actionOf),
      reenter,
    };
  };
  // An eventless transition without a guard would nearly always be an endless loop.
  const guarded = (from: string, given: Arrow): Transition => ({
    ...transition(from, given),
    guard: guardOf(given.guard % 4) ?? { in: ids[0] ?? '' },
  });

  const node = (shape: Shape, id: string): StateNode => {
    if (shape.kind === 'final') {
      return { type: 'final', entry: shape.entry.map(actionOf) };
    }
    const on: { [event: string]: Transition[] } = {};
    for (const [event, given] of shape.on) {
      const type = eventNames[event] ?? 'e0';
      on[type] = [...(on[type] ?? []), transition(id, given)];
    }
    const states = Object.fromEntries(
      shape.children.map((child, index) => [`${id}${index}`, node(child, `${id}${index}`)]),
    );
    const childIds = Object.keys(states);
    const hasHistory = histories.includes(`${id}h`);
    const order = ids.indexOf(id);
    const lengthMs = options.ties
      ? 3_600_000 * (1 + (order % 2))
      : (lengthsMs[order % lengthsMs.length] ?? 0) + order * 1_013;
    return {
      ...(shape.kind === 'parallel' ? { type: 'parallel' as const } : {}),
      ...(shape.kind === 'compound' ? { initial: pick(childIds, shape.initial) } : {}),
      ...(childIds.length > 0
        ? {
            states: {
              ...states,
              ...(hasHistory
                ? {
                    [`${id}h`]: {
                      type: 'history' as const,
                      history: shape.history as 'deep',
                      target: `#${pick(childIds, shape.initial)}`,
                    },
                  }
                : {}),
            },
          }
        : {}),
      on,
      always: shape.always.map((given) => guarded(id, given)),
      ...(shape.after.length > 0
        ? { after: { [`PT${lengthMs / 1000}S`]: shape.after.map((given) => transition(id, given)) } }
        : {}),
      ...(shape.done.length > 0 && childIds.length > 0
        ? { onDone: shape.done.map((given) => transition(id, given)) }
        : {}),
      ...(options.services && shape.invokes && childIds.length === 0
        ? {
            invoke: {
              src: 'call',
              onDone: shape.done.map((given) => transition(id, given)),
              onError: 'incident' as const,
            },
          }
        : {}),
      entry: shape.entry.map(actionOf),
    };
  };
  const states = Object.fromEntries(shapes.map((each, index) => [`s${index}`, node(each, `s${index}`)]));
  const first = Object.keys(states).find((id) => states[id]?.type !== 'final') ?? 's0';
  return {
    data: { type: 'object', properties: { n: { type: 'integer' } } },
    events: Object.fromEntries(eventNames.map((event) => [event, { by: ['handler'] }])),
    machine: { initial: first, states },
    tasks: Object.fromEntries(
      tasks.map((n) => [
        pick(ids, n),
        { role: 'handler', outcomes: [pick(eventNames, n)], assign: 'least-loaded' as const },
      ]),
    ),
    deadlines: Object.fromEntries(
      deadlines.map(([start, stop, raises], index): [string, DeadlineDefinition] => [
        `d${index}`,
        {
          source: { kind: index === 0 ? 'law' : 'company promise', rule: 'r' },
          starts: [{ opened: true }, { enter: pick(ids, start) }],
          stops: [{ exit: pick(ids, stop) }],
          limit: options.ties ? 'PT4H' : `PT${5 + index}H`,
          count: 'elapsed',
          pausedBy: [
            { cause: 'asked', from: [{ enter: pick(ids, start + 1) }], to: [{ exit: pick(ids, start + 1) }] },
          ],
          ...(raises ? { onBreach: { tell: ['lead'], raise: 'e3' } } : {}),
        },
      ]),
    ),
    services: { call: { activity: 'service.call' } },
  };
};

const isFull = process.env.CASELOOM_FULL !== undefined;

/** How long a property is tried: a number of runs, fewer on a machine that is busy; much longer in the full tests. */
export const trials = (numRuns: number) => ({
  numRuns: isFull ? 20 * numRuns : numRuns,
  maxSkipsPerRun: 20,
  interruptAfterTimeLimit: isFull ? 120_000 : 6_000,
});

/** Milliseconds a test of a property may take: its trials, and the shrinking of what failed. */
export const trialTimeoutMs = isFull ? 300_000 : 60_000;
