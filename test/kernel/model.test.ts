import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateNode, Transition } from '../../machines/kernel/definition.ts';
import { feel } from './case-driver.ts';
import { type Move, playBoth } from './play-both.ts';
import { eventNames, randomDefinition, trials, trialTimeoutMs } from './random-definition.ts';

// Guarantee: the kernel's machine, put together from JSON before every event, is where XState's own running actor is,
// and regions that exclude each other are heard in document order.

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.tuple(fc.nat(eventNames.length), fc.integer({ min: 1, max: 9_000 })),
  { maxLength: 12 },
);

it('is in the same states after each event and delay', { timeout: trialTimeoutMs }, () => {
  let compared = 0;
  fc.assert(
    fc.property(randomDefinition({ services: false, ties: false }), moves, (definition, given) => {
      const pairs = playBoth(definition, given);
      fc.pre(pairs !== undefined);
      compared += pairs?.length ?? 0;
      expect(pairs?.map(([ours]) => ours)).toEqual(pairs?.map(([, theirs]) => theirs));
    }),
    trials(150),
  );
  expect(compared).toBeGreaterThan(0);
});

/** Plays a machine that counts in `n` and knows all events. */
const playStates = (states: { [id: string]: StateNode }, given: Move[]) =>
  playBoth(
    {
      data: { type: 'object', properties: { n: { type: 'integer' } } },
      events: Object.fromEntries(eventNames.map((event) => [event, { by: ['handler'] }])),
      machine: { initial: Object.keys(states)[0] ?? '', states },
    },
    given,
  );
const noEvent = eventNames.length;

const aboveZero = (target: string): Transition[] => [{ target, guard: feel('data.n > 0') }];
const count: Transition = { actions: [{ type: 'assign', set: { n: feel('data.n + 1') } }] };
const right: StateNode = {
  initial: 'stays',
  states: { stays: { always: aboveZero('#second') } },
};

describe('of eventless transitions that exclude each other, the one of the region first in the document is taken', () => {
  it.each<[string, StateNode, Move[], string[]]>([
    [
      'where it lies deeper than the other',
      {
        on: { e0: [count] },
        states: {
          left: { initial: 'inner', states: { inner: {} }, always: aboveZero('#first') },
          right: { always: aboveZero('#second') },
        },
      },
      [[0, 1]],
      ['first'],
    ],
    [
      'where it was entered after the other, by this event',
      {
        states: {
          left: {
            initial: 'from',
            states: {
              from: { on: { e0: [{ ...count, target: 'to' }] } },
              to: { always: aboveZero('#first') },
            },
          },
          right,
        },
      },
      [[0, 1]],
      ['first'],
    ],
    [
      'where it was entered after the other, by an earlier event',
      {
        on: { e0: [count] },
        states: {
          left: {
            initial: 'from',
            states: { from: { on: { e1: 'to' } }, to: { always: aboveZero('#first') } },
          },
          right,
        },
      },
      [
        [1, 1],
        [0, 1],
      ],
      ['first'],
    ],
    [
      'where it enters the states anew that it leaves: once, at the opening as after a delay',
      {
        states: {
          left: {
            initial: 'inner',
            states: { inner: {} },
            always: [{ target: '#both', guard: { in: 'both' } }],
          },
          right: {
            always: [{ target: '#second', guard: { in: 'both' } }],
            after: { PT60S: [{ target: '#both' }] },
          },
        },
      },
      [[noEvent, 60]],
      ['inner', 'right'],
    ],
  ])('%s', (_where, both, moves, states) => {
    const played = playStates({ both: { type: 'parallel', ...both }, first: {}, second: {} }, moves);
    expect(played?.at(-1)).toEqual([states, states]);
  });
});

it('starts delays anew in a state that the history of a state around it leads back to', () => {
  const played = playStates(
    {
      around: {
        initial: 'within',
        states: {
          within: { on: { e0: '#last' }, after: { PT60S: '#late' } },
          last: { type: 'history', target: '#within' },
        },
      },
      late: {},
    },
    [
      [0, 50],
      [noEvent, 59],
      [noEvent, 1],
    ],
  );
  expect(played).toEqual([
    [['within'], ['within']],
    [['accepted'], ['accepted']],
    [['within'], ['within']],
    [['within'], ['within']],
    [['late'], ['late']],
  ]);
});
