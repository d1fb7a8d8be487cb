import { describe, expect, it } from 'vitest';
import type { RuntimeDefinition, StateNode } from '../../machines/kernel/definition.ts';
import { day, drive, feel, hour, minute } from './case-driver.ts';

// Guarantee: the machine of a definition behaves as a statechart, with tasks and timers in step with its states.

const events = (...names: string[]): RuntimeDefinition['events'] =>
  Object.fromEntries(
    names.map((name) => [name, { by: ['handler'], data: { type: 'object', additionalProperties: true } }]),
  );
const machineOf = (states: { [key: string]: StateNode }, rest: Partial<StateNode> = {}): StateNode => ({
  initial: Object.keys(states)[0] ?? '',
  states,
  ...rest,
});
const start = (machine: StateNode, part: Partial<RuntimeDefinition> = {}) => {
  const driver = drive({ machine, events: events('a', 'b', 'c', 'go', 'back', 'x.y', 'x.z'), ...part });
  return {
    driver,
    send: (event: string, at = minute(1), data?: { [key: string]: number }) => {
      driver.event(event, 'handler', at, data);
      return driver.states();
    },
  };
};

describe('history', () => {
  const inner: StateNode = {
    initial: 'one',
    states: {
      one: { on: { a: 'two' } },
      two: { initial: 'low', states: { low: { on: { b: 'high' } }, high: {} } },
    },
    on: { go: 'away' },
  };
  const withHistory = (history: 'shallow' | 'deep'): StateNode =>
    machineOf({
      work: { ...inner, states: { ...inner.states, last: { type: 'history', history, target: 'one' } } },
      away: { on: { back: 'work.last' } },
    });
  it.each([
    ['shallow', 'low'],
    ['deep', 'high'],
  ] as const)('%s', (kind, expected) => {
    const { send } = start(withHistory(kind));
    send('a');
    expect(send('b')).toBe('high');
    expect(send('go')).toBe('away');
    expect(send('back')).toBe(expected);
  });
  it.each(['shallow', 'deep'] as const)('%s, of a state around, leaves before it enters', (history) => {
    const { driver, send } = start(
      machineOf({
        work: {
          initial: 'one',
          states: {
            one: {
              initial: 'in',
              on: { a: '#last' },
              states: { in: { invoke: { src: 'call', onDone: '#two', onError: 'incident' } } },
            },
            two: { id: 'two' },
            last: { type: 'history', history, target: 'one' },
          },
        },
      }),
      {
        tasks: { one: { role: 'handler', outcomes: ['b'] }, in: { role: 'handler', outcomes: ['b'] } },
        services: { call: { activity: 'service.call' } },
      },
    );
    expect(send('a')).toBe('in');
    expect(driver.openTasks()).toEqual(['one', 'in']);
    expect(Object.values(driver.state.tasks).map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
      'open',
      'open',
    ]);
    expect(driver.effects.map(({ type }) => type)).toEqual(['callService', 'cancelService', 'callService']);
  });
  it('goes to its default where nothing was left yet', () => {
    const { send } = start({ ...withHistory('deep'), initial: 'away' });
    expect(send('back')).toBe('one');
  });
});

describe('parallel regions', () => {
  const machine = machineOf({
    both: {
      type: 'parallel',
      states: {
        left: { initial: 'l1', states: { l1: { on: { a: 'l2' } }, l2: { type: 'final' } } },
        right: {
          initial: 'r1',
          states: { r1: { on: { a: 'r2', b: 'r3' } }, r2: { on: { b: 'r3' } }, r3: { type: 'final' } },
        },
      },
      onDone: 'after',
    },
    after: {},
  });
  const tasks = {
    l1: { role: 'handler', outcomes: ['a'] },
    r1: { role: 'handler', outcomes: ['b'] },
    r2: { role: 'handler', outcomes: ['b'] },
  };
  it('each have their task, take one event together, and are left when all are done', () => {
    const { driver, send } = start(machine, { tasks });
    expect(driver.openTasks()).toEqual(['l1', 'r1']);
    expect(send('a')).toBe('l2 r2');
    expect(Object.values(driver.state.tasks).map(({ state, status }) => `${state} ${status}`)).toEqual([
      'l1 completed',
      'r1 cancelled',
      'r2 open',
    ]);
    expect(send('b')).toBe('after');
  });
});

describe('re-entry', () => {
  const machine = machineOf({
    wait: { after: { P1D: 'expired' }, on: { a: { target: 'wait', reenter: true }, b: { actions: [] } } },
    expired: {},
  });
  it('starts the timer and the task again', () => {
    const { driver, send } = start(machine, { tasks: { wait: { role: 'handler', outcomes: ['b'] } } });
    send('a', hour(20));
    expect(Object.values(driver.state.tasks).map(({ status }) => status)).toEqual(['cancelled', 'open']);
    expect(driver.wake(hour(25))).toEqual([]);
    expect(driver.wake(hour(44))).toEqual(['timer.fired']);
    expect(driver.states()).toBe('expired');
    expect(driver.openTasks()).toEqual([]);
  });
  it('does not happen for an event that stays', () => {
    const { driver, send } = start(machine);
    send('b', hour(20));
    expect(driver.wake(hour(24))).toEqual(['timer.fired']);
  });
});

describe('raised events', () => {
  it('are taken at once, in the same step', () => {
    const { driver, send } = start(
      machineOf({ s: { on: { go: { actions: [{ type: 'raise', event: 'a' }] }, a: 't' } }, t: {} }),
    );
    expect(send('go')).toBe('t');
    expect(driver.entries).toHaveLength(2);
  });
  it('wait out their delay, with their data', () => {
    const raise = { type: 'raise' as const, event: 'a', delay: 'PT2H', data: { by: feel('event.by') } };
    const { driver, send } = start(
      machineOf({
        s: { on: { go: { actions: [raise] }, a: [{ guard: feel('event.by = 3'), target: 't' }] } },
        t: {},
      }),
    );
    send('go', hour(1), { by: 3 });
    expect(driver.wake(minute(179))).toEqual([]);
    expect(driver.wake(hour(3))).toEqual(['timer.fired']);
    expect(driver.leaf(3)).toMatchObject({ due: hour(3), at: hour(3), data: { timer: 'a' } });
    expect(driver.states()).toBe('t');
  });
  it('are cancelled by id', () => {
    const raise = { type: 'raise' as const, event: 'a', delay: 'PT2H', id: 'later' };
    const { driver, send } = start(
      machineOf({
        s: { on: { go: { actions: [raise] }, b: { actions: [{ type: 'cancel', id: 'later' }] }, a: 't' } },
        t: {},
      }),
    );
    send('go', hour(1));
    expect(Object.keys(driver.state.timers)).toEqual(['later']);
    send('b', hour(2));
    expect(driver.state.timers).toEqual({});
    expect(driver.wake(day(9))).toEqual([]);
  });
});

describe('final states', () => {
  it('of a state inside lead on by onDone, through two levels', () => {
    const leaf: StateNode = { initial: 'p', states: { p: { on: { a: 'q' } }, q: { type: 'final' } } };
    const { send } = start(
      machineOf({
        outer: {
          initial: 'inner',
          states: { inner: { ...leaf, onDone: 'end' }, end: { type: 'final' } },
          onDone: 'after',
        },
        after: {},
      }),
    );
    expect(send('a')).toBe('after');
  });
  it('of the machine close the case', () => {
    const { driver, send } = start(machineOf({ s: { on: { a: 'end' } }, end: { type: 'final' } }));
    expect(send('a', hour(3))).toBe('end');
    expect(driver.state).toMatchObject({ status: 'closed', closedAt: hour(3), timers: {} });
  });
});

describe('wildcards', () => {
  const machine = machineOf({
    s: {
      on: { a: [{ guard: feel('false'), target: 'named' }], 'x.*': 'prefix', '*': 'any' },
    },
    named: {},
    prefix: {},
    any: {},
  });
  it.each([
    ['x.y', 'prefix'],
    ['b', 'any'],
    ['a', 'any'],
  ])('%s leads to %s', (event, target) => {
    expect(start(machine).send(event)).toBe(target);
  });
});

describe('an event that a state forbids to the states around it', () => {
  const machine = machineOf({
    outer: { initial: 'inner', on: { a: 't', b: 't' }, states: { inner: { on: { a: {} } } } },
    t: {},
  });
  it('is refused there, and not offered', () => {
    const { driver, send } = start(machine);
    expect(driver.event('a', 'handler', minute(1))).toBe('EVENT_NOT_ALLOWED');
    expect(driver.refusal?.allowed).toEqual(['b']);
    expect(send('b')).toBe('t');
  });
});

describe('guards', () => {
  const big = feel('event.n > 10');
  const even = feel('modulo(event.n, 2) = 0');
  it.each([
    ['and', { and: [big, even] }, 12, true],
    ['and, one of them false', { and: [big, even] }, 13, false],
    ['or', { or: [big, even] }, 4, true],
    ['or, both false', { or: [big, even] }, 3, false],
    ['not', { not: big }, 4, true],
    ['not, of what is true', { not: big }, 11, false],
    ['in a state that is active', { in: 's' }, 0, true],
    ['in a state that is not', { in: 't' }, 0, false],
    ['nested', { or: [{ and: [big, { not: even }] }, { in: 't' }] }, 13, true],
    ['on data that are missing', feel('event.missing > 3'), 4, false],
  ])('%s', (_, guard, n, taken) => {
    const { driver } = start(machineOf({ s: { on: { a: [{ guard, target: 't' }] } }, t: {} }));
    expect(driver.event('a', 'handler', minute(1), { n })).toEqual(taken ? ['a'] : 'EVENT_NOT_ALLOWED');
  });
});

describe('an event that nothing takes', () => {
  it('is refused, also where the step would have moved something else', () => {
    const { driver } = start(
      machineOf({
        s: {
          on: { a: [{ guard: feel('event.n = 1'), target: 't' }] },
          always: [{ guard: feel('now() > date and time("2026-01-05T00:30:00Z")'), target: 'u' }],
        },
        t: {},
        u: {},
      }),
    );
    expect(driver.event('a', 'handler', hour(1), { n: 2 })).toBe('EVENT_NOT_ALLOWED');
    expect(driver.states()).toBe('s');
  });
});
