import { describe, expect, it } from 'vitest';
import type { Guard, RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { day, drive, feel, hour } from './case-driver.ts';

// Guarantee: a closed case is opened again only as its definition says, in a new epoch, on the same trail.

const definition = (guard?: Guard): Partial<RuntimeDefinition> => ({
  events: { close: { by: ['handler'] }, drop: { by: ['handler'] }, note: { by: ['handler'] } },
  machine: {
    initial: 'work',
    states: {
      work: { on: { close: 'archived', drop: 'dropped' } },
      archived: { type: 'final' },
      dropped: { type: 'final' },
    },
  },
  tasks: { work: { role: 'handler', outcomes: ['close'] } },
  deadlines: {
    reply: {
      source: { kind: 'law', rule: 'A law' },
      starts: [{ opened: true }],
      stops: [{ exit: 'work' }],
      limit: 'PT10H',
      count: 'elapsed',
    },
  },
  reopen: {
    by: ['lead'],
    data: { type: 'object', properties: { weeks: { type: 'integer' } } },
    from: { archived: { target: 'work', restart: ['reply'] } },
    ...(guard === undefined ? {} : { guard }),
  },
});
const closed = (guard?: Guard, event = 'close') => {
  const driver = drive(definition(guard));
  driver.event(event, 'handler', hour(1));
  return driver;
};

describe('opening again', () => {
  it('raises the epoch and starts state, task and deadline anew', () => {
    const driver = closed();
    expect(driver.reopen({ by: 'lead' }, day(3))).toEqual(['case.reopened']);
    expect(driver.state).toMatchObject({ status: 'open', epoch: 2, seq: 3 });
    expect(driver.state.closedAt).toBeUndefined();
    expect(driver.states()).toBe('work');
    expect(driver.openTasks()).toEqual(['work']);
    expect(driver.state.deadlines.reply).toMatchObject({ status: 'running', startedAt: day(3) });
    expect(driver.leaf(3)).toMatchObject({
      epoch: 2,
      before: { states: ['archived'] },
      after: { states: ['work'] },
    });
    expect(verifyChain(driver.entries)).toEqual({ ok: true });
    driver.event('close', 'handler', day(4));
    expect(driver.reopen({ by: 'lead' }, day(5))).toEqual(['case.reopened']);
    expect(driver.state.epoch).toBe(3);
  });

  it.each([
    ['by another role', {}, undefined, 'ROLE_REQUIRED'],
    ['with data that do not match', { by: 'lead', data: { weeks: 'two' } }, undefined, 'DATA_INVALID'],
    [
      'that a guard does not let through',
      { by: 'lead', data: { weeks: 9 } },
      feel('event.weeks < 8'),
      'REOPEN_NOT_ALLOWED',
    ],
    [
      'that a guard lets through',
      { by: 'lead', data: { weeks: 2 } },
      feel('event.weeks < 8'),
      ['case.reopened'],
    ],
    [
      'against a guard with not',
      { by: 'lead', data: { weeks: 9 } },
      { not: feel('event.weeks > 8') },
      'REOPEN_NOT_ALLOWED',
    ],
    [
      'against a guard with and',
      { by: 'lead', data: { weeks: 9 } },
      { and: [feel('true'), feel('event.weeks < 8')] },
      'REOPEN_NOT_ALLOWED',
    ],
    ['with a guard on the state', { by: 'lead' }, { in: 'archived' }, ['case.reopened']],
    ['against a guard on the state', { by: 'lead' }, { in: 'dropped' }, 'REOPEN_NOT_ALLOWED'],
  ])('%s', (_, command, guard, came) => {
    expect(closed(guard).reopen(command, day(3))).toEqual(came);
  });

  it('is refused from a final state that has no way back, without a reason, and while the case is open', () => {
    expect(closed(undefined, 'drop').reopen({ by: 'lead' }, day(3))).toBe('REOPEN_NOT_ALLOWED');
    expect(drive(definition()).reopen({ by: 'lead' }, day(3))).toBe('REOPEN_NOT_ALLOWED');
    const { reopen: _, ...never } = definition();
    const driver = drive(never);
    driver.event('close', 'handler', hour(1));
    expect(driver.reopen({ by: 'lead' }, day(3))).toBe('REOPEN_NOT_ALLOWED');
  });

  it('sent again changes nothing', () => {
    const driver = closed();
    driver.reopen({ by: 'lead', id: 'again' }, day(3));
    const { state } = driver;
    expect(driver.reopen({ by: 'lead', id: 'again' }, day(3))).toEqual([]);
    expect(driver.state).toBe(state);
  });

  it('is the only way: its event is none that anybody may send', () => {
    const driver = closed();
    expect(driver.event('case.reopen.archived', 'lead', day(3))).toBe('CASE_CLOSED');
    expect(drive(definition()).event('case.reopen.archived', 'lead', day(3))).toBe('EVENT_UNKNOWN');
  });
});

it('leaves a finished region beside it as it was', () => {
  const driver = drive({
    events: { close: { by: ['handler'] } },
    machine: {
      type: 'parallel',
      states: {
        left: { initial: 'l1', states: { l1: { on: { close: 'l2' } }, l2: { type: 'final' } } },
        right: { initial: 'r1', states: { r1: { on: { close: 'r2' } }, r2: { type: 'final' } } },
      },
    },
    reopen: { by: ['lead'], from: { l2: { target: 'l1' } } },
  });
  driver.event('close', 'handler', hour(1));
  expect(driver.state.status).toBe('closed');
  driver.reopen({ by: 'lead' }, hour(2));
  expect(driver.states()).toBe('l1 r2');
});
