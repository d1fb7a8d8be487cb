import { describe, expect, it } from 'vitest';
import { leafBytesMax } from '../../machines/kernel/entry.ts';
import { drive, feel, hour, minute, sealed } from './case-driver.ts';

// Guarantee: nothing a definition or a sender does makes a case endless, unbounded or dead.

const events = { go: { by: ['handler'] }, note: { by: ['handler'] } };

describe('an endless loop', () => {
  const states = {
    s: { on: { go: 'a', note: { actions: [] } }, after: { PT1H: 'a' } },
    a: { always: 'b' },
    b: { always: 'a' },
  };
  it('that a person starts is an incident; the case stays where it was and goes on', () => {
    const driver = drive({ events, machine: { initial: 's', states } });
    expect(driver.event('go', 'handler', minute(1))).toEqual(['incident.raised']);
    expect(driver.states()).toBe('s');
    expect(driver.state.incidents).toEqual([
      expect.objectContaining({ kind: 'loop', code: 'ENDLESS_LOOP', status: 'open' }),
    ]);
    expect(driver.event('note', 'handler', minute(2))).toEqual(['note']);
    const resolve = { type: 'incident', n: 1, verb: 'resolve', by: 'admin', reason: sealed('r') } as const;
    expect(driver.send(resolve, minute(3))).toEqual(['incident.resolved']);
  });
  it('that a timer starts is an incident, and the timer is gone', () => {
    const driver = drive({ events, machine: { initial: 's', states } });
    expect(driver.wake(hour(1))).toEqual(['incident.raised']);
    expect(driver.leaf(2)).toMatchObject({ due: hour(1), data: { kind: 'timer', code: 'ENDLESS_LOOP' } });
    expect(driver.wake(hour(2))).toEqual([]);
    expect(driver.states()).toBe('s');
  });
  it('of events that raise each other is an incident', () => {
    const driver = drive({
      events,
      machine: { initial: 's', states: { s: { on: { go: { actions: [{ type: 'raise', event: 'go' }] } } } } },
    });
    expect(driver.event('go', 'handler', minute(1))).toEqual(['incident.raised']);
  });
  it('at opening is refused', () => {
    expect(() => drive({ events, machine: { initial: 'a', states } })).toThrow('STATE_FAILED');
  });
});

describe('endless timers without delay', () => {
  const driver = drive({
    events,
    machine: {
      type: 'parallel',
      states: {
        left: {
          initial: 'rest',
          states: { rest: { on: { go: 'a' } }, a: { after: { PT0S: 'b' } }, b: { after: { PT0S: 'a' } } },
        },
        right: { initial: 'wait', states: { wait: { after: { P1D: 'done' } }, done: {} } },
      },
    },
  });
  it('are an incident', () => {
    driver.event('go', 'handler', minute(1));
    expect(driver.wake(minute(1)).at(-1)).toBe('incident.raised');
    expect(driver.state.incidents).toEqual([expect.objectContaining({ code: 'ENDLESS_TIMERS' })]);
    expect(driver.wake(minute(1))).toEqual([]);
  });
  it('and the region beside them runs on', () => {
    expect(driver.wake(hour(24))).toEqual(['timer.fired']);
    expect(driver.states()).toMatch(/ done$/);
  });
});

it('a deadline that starts itself again without end is an incident', () => {
  const driver = drive({
    events,
    machine: { initial: 's', states: { s: { on: { again: { actions: [] }, note: { actions: [] } } } } },
    deadlines: {
      d: {
        source: { kind: 'company promise', rule: 'r' },
        starts: [{ event: ['again', 'note'] }],
        stops: [{ event: 'again' }],
        limit: 'PT0S',
        count: 'elapsed',
        warnAt: [],
        onBreach: { tell: ['lead'], raise: 'again' },
      },
    },
  });
  driver.event('note', 'handler', minute(1));
  driver.wake(minute(1));
  expect(driver.state.incidents).toEqual([expect.objectContaining({ code: 'ENDLESS_TIMERS' })]);
  expect(driver.wake(minute(2))).toEqual([]);
});

describe('an entry', () => {
  const data = { type: 'object', properties: { text: { type: 'string' }, more: { type: 'string' } } };
  const write = { ...events.note, data };
  const machine = {
    initial: 's',
    states: {
      s: {
        on: {
          note: [{ actions: [{ type: 'assign' as const, set: { text: feel('event.text') } }] }],
          go: [{ target: 't', actions: [] }],
        },
        after: {
          PT1H: {
            target: 't',
            actions: [{ type: 'assign' as const, set: { text: '', more: feel('data.text + data.text') } }],
          },
        },
      },
      t: {},
    },
  };
  const start = () => drive({ data, events: { ...events, note: write }, machine });
  it('holds 65,535 bytes and not one more', () => {
    const probe = start();
    probe.event('note', 'handler', minute(1), { text: 'x' });
    const frame = new TextEncoder().encode(probe.entries[1]?.leaf).length - 2;
    const fits = start();
    const chars = Math.floor((leafBytesMax - frame) / 2);
    expect(fits.event('note', 'handler', minute(1), { text: 'x'.repeat(chars) })).toEqual(['note']);
    expect(new TextEncoder().encode(fits.entries[1]?.leaf).length).toBeGreaterThan(leafBytesMax - 2);
    expect(start().event('note', 'handler', minute(1), { text: 'x'.repeat(chars + 1) })).toBe(
      'ENTRY_TOO_LARGE',
    );
    expect(start().event('note', 'handler', minute(1), { text: '赔'.repeat(chars / 2) })).toBe(
      'ENTRY_TOO_LARGE',
    );
  });
  it('of a timer that does not fit is an incident, and the next command goes through', () => {
    const driver = start();
    driver.event('note', 'handler', minute(1), { text: 'x'.repeat(25_000) });
    expect(driver.wake(hour(1))).toEqual(['incident.raised']);
    expect(driver.leaf(3)).toMatchObject({ due: hour(1), data: { code: 'ENTRY_TOO_LARGE' } });
    expect(driver.states()).toBe('s');
    expect(driver.event('go', 'handler', hour(2))).toEqual(['go']);
  });
});
