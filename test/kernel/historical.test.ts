import { describe, expect, it } from 'vitest';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { nextWakeAt } from '../../machines/kernel/due.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { as, compiledOf, day, drive, feel, openingOf } from './case-driver.ts';

// Guarantee: an imported case runs on the file's dates, disturbs nobody, and can go live.

const admin = { facts: { actor: { id: 'importer', roles: ['admin', 'handler'] } } };
const definition: Partial<RuntimeDefinition> = {
  data: { type: 'object', properties: { historical: { type: 'boolean' } } },
  events: { pay: { by: ['handler'] }, note: { by: ['handler'] }, close: { by: ['handler'] } },
  machine: {
    initial: 'work',
    states: {
      work: {
        on: {
          pay: 'paying',
          note: { actions: [{ type: 'deliver', template: 'letter', to: { customer: true } }] },
        },
        after: { P30D: 'reminding' },
      },
      reminding: { invoke: { src: 'remind', onDone: 'waiting', onError: 'incident' } },
      waiting: { after: { P1D: 'paying' } },
      paying: {
        invoke: {
          src: 'pay',
          onDone: {
            target: 'paid',
            actions: [{ type: 'assign', set: { historical: feel('event.historical') } }],
          },
          onError: 'incident',
        },
      },
      paid: { on: { close: 'closed' } },
      closed: { type: 'final' },
    },
  },
  tasks: { work: { role: 'handler', outcomes: ['pay'], assign: 'least-loaded' } },
  deadlines: {
    reply: {
      source: { kind: 'law', rule: 'A law' },
      starts: [{ opened: true }],
      stops: [{ enter: 'paid' }],
      limit: 'P10D',
      count: 'elapsed',
      warnAt: [],
    },
  },
  services: { pay: { activity: 'payment.pay' }, remind: { activity: 'letter.send' } },
};

const today = day(400);
const imported = (part: Partial<RuntimeDefinition> = {}) =>
  drive(
    { ...definition, ...part },
    { at: today, opening: { ...admin, mode: 'historical', receivedAt: day(0) } },
  );

it('the clock is what each command says, and never runs back', () => {
  const driver = imported();
  const note = { type: 'event', event: 'note', ...admin } as const;
  expect(driver.state).toMatchObject({ openedAt: day(0), clockAt: day(0) });
  expect(driver.send(note, today)).toBe('TIME_INVALID');
  expect(driver.send({ ...note, occurredAt: day(401) }, today)).toBe('TIME_INVALID');
  expect(driver.send({ ...note, occurredAt: day(3) }, today)).toEqual(['note']);
  expect(driver.state.clockAt).toBe(day(3));
  expect(driver.send({ ...note, occurredAt: day(2) }, today)).toBe('TIME_INVALID');
  expect(driver.leaf(2)).toMatchObject({ at: today, occurredAt: day(3), mode: 'historical' });
});

it('nothing leaves, nothing is armed, nothing is judged on arrival', () => {
  const driver = imported();
  driver.send({ type: 'event', event: 'note', occurredAt: day(20), ...admin }, today);
  expect(driver.effects).toEqual([]);
  expect(nextWakeAt(driver.state)).toBeNull();
  expect(driver.wake(day(500))).toEqual([]);
  expect(driver.entries.map(({ type }) => type)).toEqual(['case.opened', 'deadline.breached', 'note']);
  expect(driver.state.deadlines.reply).toMatchObject({ breachedAt: day(20) });
  expect(driver.state.deadlines.reply?.late).toBeUndefined();
});

it('services answer at once, as entries of their own', () => {
  const driver = imported();
  expect(driver.send({ type: 'event', event: 'pay', occurredAt: day(3), ...admin }, today)).toEqual([
    'pay',
    'service.completed',
  ]);
  expect(driver.states()).toBe('paid');
  expect(driver.state.data).toEqual({ historical: true });
  expect(driver.state.deadlines.reply).toMatchObject({ status: 'met', stoppedAt: day(3) });
});

it('services that a timer calls answer before the next timer', () => {
  const driver = imported({ deadlines: {} });
  expect(
    driver.send({ type: 'link', rel: 'about', caseId: 'case-2', occurredAt: day(32), ...admin }, today),
  ).toEqual(['timer.fired', 'service.completed', 'link.added']);
  expect(driver.states()).toBe('waiting');
});

it('services that lead from one to the next without end are an incident', () => {
  const loop = (next: string) => ({ invoke: { src: 'pay', onDone: next, onError: 'incident' as const } });
  const driver = imported({ machine: { initial: 'a', states: { a: loop('b'), b: loop('a') } }, tasks: {} });
  expect(driver.state.incidents).toEqual([expect.objectContaining({ kind: 'loop', code: 'ENDLESS_LOOP' })]);
  expect(driver.entries.length).toBeLessThan(110);
  expect(
    driver.send({ type: 'link', rel: 'about', caseId: 'case-2', occurredAt: day(1), ...admin }, today),
  ).toEqual(['link.added']);
});

it('going live needs the right, and puts the case on the real clock', () => {
  const driver = imported();
  expect(driver.send({ type: 'go-live', by: 'handler' }, today)).toBe('ROLE_REQUIRED');
  expect(driver.send({ type: 'go-live', by: 'admin' }, today)).toEqual([
    'case.went-live',
    'deadline.breached',
  ]);
  expect(driver.state.mode).toBeUndefined();
  expect(driver.state.deadlines.reply).toMatchObject({ late: 'on-arrival', breachedAt: today });
  expect(driver.effects.map(({ type }) => type)).toEqual(['deliver']);
  expect(nextWakeAt(driver.state)).toBe(day(30));
  driver.wake(day(401));
  expect(driver.effects.at(-1)).toMatchObject({ type: 'callService', service: 'remind' });
});

describe('opening from old data', () => {
  it('is refused without the right, and to a handler acting for one who has it not', () => {
    const opened = openingOf(compiledOf(definition), today, {
      facts: as('handler'),
      mode: 'historical',
      receivedAt: day(0),
    });
    expect(isRefusal(opened) && opened.code).toBe('ROLE_REQUIRED');
  });
});
