import { describe, expect, it } from 'vitest';
import type { DeadlineDefinition, RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { nextWakeAt, tightestDueAt } from '../../machines/kernel/due.ts';
import { always, as, type CaseDriver, drive, hour, minute, sealed } from './case-driver.ts';

// Guarantee: a deadline starts, pauses, is extended, warns, is met or breached exactly as its definition says, each
// thing once, in the order in which they fell due, whenever the case is looked at.

const promise: DeadlineDefinition = {
  source: { kind: 'company promise', rule: 'Service standard' },
  starts: [{ opened: true }],
  stops: [{ enter: 'answered' }],
  limit: 'PT10H',
  count: 'elapsed',
};
const law: DeadlineDefinition = { ...promise, source: { kind: 'law', rule: 'A law' } };

const events: RuntimeDefinition['events'] = Object.fromEntries(
  ['answer', 'ask', 'told', 'bounce', 'back', 'note', 'close'].map((name) => [name, { by: ['handler'] }]),
);
const caseWith = (
  deadlines: { [name: string]: DeadlineDefinition },
  rest: Partial<RuntimeDefinition> = {},
  options: Parameters<typeof drive>[1] = {},
): CaseDriver =>
  drive(
    {
      events,
      machine: {
        initial: 'work',
        states: {
          work: {
            on: {
              answer: 'answered',
              note: { actions: [] },
              ask: 'asking',
              told: { actions: [] },
              close: 'closed',
            },
          },
          asking: { on: { back: 'work' } },
          answered: { on: { bounce: 'work', back: 'work', close: 'closed' } },
          closed: { type: 'final' },
        },
      },
      ...rest,
      deadlines,
    },
    options,
  );
const withEscalated = (initial = 'work'): RuntimeDefinition['machine'] => ({
  initial,
  on: { 'escalate.now': '.escalated', note: { actions: [] } },
  states: { work: { on: { answer: 'answered' } }, answered: {}, escalated: { on: { answer: 'answered' } } },
});
const breaches = (driver: CaseDriver) =>
  driver.entries
    .map(({ leaf }) => JSON.parse(leaf))
    .filter(({ type }) => type === 'deadline.breached')
    .map(({ data, due, at }) => [data.deadline, due, at, data.late ?? null]);

describe('starting and stopping', () => {
  it('starts at opening and is met by entering the state', () => {
    const driver = caseWith({ reply: promise });
    expect(driver.state.deadlines.reply).toMatchObject({
      status: 'running',
      startedAt: minute(0),
      dueAt: hour(10),
    });
    driver.event('answer', 'handler', hour(3));
    expect(driver.state.deadlines.reply).toMatchObject({ status: 'met', stoppedAt: hour(3) });
    expect(nextWakeAt(driver.state)).toBeNull();
  });
  it('starts with an event and stops with leaving a state', () => {
    const driver = caseWith({
      reply: { ...promise, starts: [{ event: ['told', 'note'] }], stops: [{ exit: 'work' }] },
    });
    expect(driver.state.deadlines).toEqual({});
    driver.event('note', 'handler', hour(1));
    expect(driver.state.deadlines.reply).toMatchObject({ startedAt: hour(1), dueAt: hour(11) });
    driver.event('note', 'handler', hour(2));
    expect(driver.state.deadlines.reply?.startedAt, 'the first start counts').toBe(hour(1));
    driver.event('ask', 'handler', hour(3));
    expect(driver.state.deadlines.reply?.status).toBe('met');
  });
  it('counts from when the world did it, or from when it was recorded', () => {
    const driver = caseWith({
      occurred: { ...promise, starts: [{ event: 'note' }] },
      recorded: { ...promise, starts: [{ event: 'note', time: 'recorded' }] },
    });
    driver.send({ type: 'event', event: 'note', occurredAt: hour(1) }, hour(5));
    expect(driver.state.deadlines.occurred?.startedAt).toBe(hour(1));
    expect(driver.state.deadlines.recorded?.startedAt).toBe(hour(5));
  });
  it('does not stop without the proof its trigger names', () => {
    const driver = caseWith(
      { reply: { ...promise, stops: [{ event: 'told', proof: 'receipt' }] } },
      { documents: { receipt: {} } },
    );
    driver.event('told', 'handler', hour(1));
    expect(driver.state.deadlines.reply?.status).toBe('running');
    const document = { id: 'd1', key: 'receipt', sha256: 'a', sizeBytes: 1, mediaType: 'text/plain' };
    driver.send({ type: 'document', document }, hour(2));
    driver.event('told', 'handler', hour(3));
    expect(driver.state.deadlines.reply?.status).toBe('met');
  });
  it('runs again, from its first start, when the answer bounced', () => {
    const driver = caseWith({ reply: { ...promise, reopens: [{ event: 'bounce' }] } });
    driver.event('answer', 'handler', hour(3));
    driver.event('bounce', 'handler', hour(5));
    expect(driver.state.deadlines.reply).toMatchObject({
      status: 'running',
      startedAt: minute(0),
      dueAt: hour(10),
    });
    driver.wake(hour(10));
    expect(breaches(driver)).toEqual([['reply', hour(10), hour(10), null]]);
  });
  it('is breached on arrival when it bounces after its time', () => {
    const driver = caseWith({ reply: { ...promise, reopens: [{ event: 'bounce' }] } });
    driver.event('answer', 'handler', hour(3));
    driver.event('bounce', 'handler', hour(30));
    expect(breaches(driver)).toEqual([['reply', hour(10), hour(30), 'on-arrival']]);
    expect(nextWakeAt(driver.state)).toBeNull();
  });
  it('is cancelled when the case closes', () => {
    const driver = caseWith({ reply: promise });
    driver.event('close', 'handler', hour(3));
    expect(driver.state.deadlines.reply).toMatchObject({ status: 'cancelled', stoppedAt: hour(3) });
  });
});

describe('warnings and breach', () => {
  it('come at their fractions, once each, and tell whom the ladder names', () => {
    const driver = caseWith({ reply: law });
    driver.wake(hour(5));
    driver.wake(hour(5));
    driver.wake(minute(450));
    driver.wake(hour(9));
    driver.wake(hour(10));
    driver.wake(hour(99));
    expect(driver.entries.map(({ type }) => type)).toEqual([
      'case.opened',
      'deadline.warned',
      'deadline.warned',
      'deadline.warned',
      'deadline.breached',
    ]);
    expect(driver.effects.map((effect) => 'to' in effect && [effect.template, effect.to])).toEqual([
      ['deadline.warned', { roles: ['owner', 'lead'] }],
      ['deadline.warned', { roles: ['lead'] }],
      ['deadline.breached', { roles: ['manager', 'compliance'] }],
    ]);
  });
  it('a breach raises its event, which moves the case in the same entry', () => {
    const driver = caseWith(
      { reply: { ...promise, warnAt: [], onBreach: { tell: ['manager'], raise: 'escalate.now' } } },
      { machine: withEscalated() },
    );
    expect(driver.wake(hour(10))).toEqual(['deadline.breached']);
    expect(driver.states()).toBe('escalated');
    expect(driver.leaf(2).after.states).toEqual(['escalated']);
  });
  it('a breached deadline runs until it is stopped, and stays breached', () => {
    const driver = caseWith({ reply: { ...promise, warnAt: [] } });
    driver.wake(hour(10));
    expect(tightestDueAt(driver.state)).toBe(hour(10));
    driver.event('answer', 'handler', hour(12));
    expect(driver.state.deadlines.reply).toMatchObject({
      status: 'breached',
      breachedAt: hour(10),
      stoppedAt: hour(12),
    });
    expect(tightestDueAt(driver.state)).toBeNull();
  });
  it('due at the very instant of the answer, it is breached first', () => {
    const driver = caseWith({ reply: { ...promise, warnAt: [] } });
    driver.event('answer', 'handler', hour(10));
    expect(driver.entries.map(({ type }) => type)).toEqual(['case.opened', 'deadline.breached', 'answer']);
  });
  it('an answer that occurred in time but is recorded late does not undo the breach', () => {
    const driver = caseWith({ reply: { ...promise, warnAt: [] } });
    driver.send({ type: 'event', event: 'answer', occurredAt: hour(9) }, hour(12));
    expect(driver.entries.map(({ type }) => type)).toEqual(['case.opened', 'deadline.breached', 'answer']);
    expect(driver.state.deadlines.reply).toMatchObject({ status: 'breached', stoppedAt: hour(9) });
  });
});

describe('pauses', () => {
  const paused: DeadlineDefinition = {
    ...law,
    warnAt: [],
    pausedBy: [{ cause: 'customer-asked', from: [{ enter: 'asking' }], to: [{ exit: 'asking' }] }],
  };
  it('hold a clock of law by the states and events its definition names', () => {
    const driver = caseWith({ reply: paused });
    driver.event('ask', 'handler', hour(2));
    expect(driver.state.deadlines.reply).toMatchObject({ status: 'paused', dueAt: null });
    expect(nextWakeAt(driver.state)).toBeNull();
    expect(driver.wake(hour(90))).toEqual([]);
    driver.event('back', 'handler', hour(100));
    expect(driver.state.deadlines.reply).toMatchObject({ status: 'running', dueAt: hour(108) });
  });
  it('never by a verb, whoever asks', () => {
    const driver = caseWith({ reply: { ...paused, pauseCauses: [{ cause: 'surge', by: ['manager'] }] } });
    const pause = { type: 'deadline', name: 'reply', verb: 'pause', cause: 'surge', by: 'manager' } as const;
    expect(driver.send(pause, hour(1))).toBe('CLOCK_NOT_PAUSABLE');
    expect(driver.send({ ...pause, verb: 'resume' }, hour(1))).toBe('CLOCK_NOT_PAUSABLE');
  });

  const byHand: DeadlineDefinition = {
    ...promise,
    warnAt: [],
    pauseCauses: [{ cause: 'flood', by: ['manager'] }],
  };
  const withProof = () => {
    const driver = caseWith({ reply: byHand });
    const document = { id: 'd1', key: 'other', sha256: 'a', sizeBytes: 1, mediaType: 'text/plain' };
    driver.send({ type: 'document', document }, minute(1));
    return driver;
  };
  const pause = {
    type: 'deadline',
    name: 'reply',
    verb: 'pause',
    cause: 'flood',
    documentId: 'd1',
    by: 'manager',
  } as const;
  it.each<[string, object, string | string[]]>([
    ['for a cause of the definition, with proof', {}, ['deadline.paused']],
    ['for another cause', { cause: 'queue' }, 'CLOCK_NOT_PAUSABLE'],
    ['for no cause', { cause: undefined }, 'CLOCK_NOT_PAUSABLE'],
    ['by another role', { by: 'handler' }, 'ROLE_REQUIRED'],
    ['without proof', { documentId: 'd2' }, 'DOCUMENT_UNKNOWN'],
    ['of a deadline that is none', { name: 'other' }, 'DEADLINE_UNKNOWN'],
    ['resumed while it runs', { verb: 'resume' }, 'DEADLINE_NOT_RUNNING'],
  ])('by hand %s', (_, change, came) => {
    expect(withProof().send({ ...pause, ...change } as typeof pause, hour(1))).toEqual(came);
  });
  it('by hand give the time back when resumed, to the instant it occurred', () => {
    const driver = withProof();
    driver.send({ ...pause, occurredAt: '2026-01-05T09:00:00+08:00' }, hour(2));
    expect(driver.state.deadlines.reply?.pauses).toEqual([{ cause: 'flood', fromAt: hour(1) }]);
    driver.send(
      {
        type: 'deadline',
        name: 'reply',
        verb: 'resume',
        by: 'manager',
        occurredAt: '2026-01-05T12:00:00+08:00',
      },
      hour(5),
    );
    expect(driver.state.deadlines.reply).toMatchObject({
      dueAt: hour(13),
      pauses: [{ fromAt: hour(1), toAt: hour(4) }],
    });
  });
  it('that are over are not running any more', () => {
    const driver = withProof();
    driver.event('answer', 'handler', hour(2));
    expect(driver.send(pause, hour(3))).toBe('DEADLINE_NOT_RUNNING');
  });
});

describe('extensions', () => {
  const extended: DeadlineDefinition = {
    ...law,
    extensions: [{ name: 'first', limit: 'PT20H', by: ['manager'], notBy: ['note'], tellCustomer: true }],
  };
  const extend = {
    type: 'deadline',
    name: 'reply',
    verb: 'extend',
    extension: 'first',
    by: 'manager',
    reason: sealed('r'),
  } as const;
  it.each<[string, object, string | string[]]>([
    ['by a role that may, with a reason', {}, ['deadline.extended']],
    ['by another role', { by: 'handler' }, 'ROLE_REQUIRED'],
    ['without a reason', { reason: undefined }, 'REASON_REQUIRED'],
    ['of another name', { extension: 'second' }, 'EXTENSION_NOT_ALLOWED'],
  ])('%s', (_, change, came) => {
    const { reason, ...rest } = { ...extend, ...change };
    const driver = caseWith({ reply: extended });
    expect(driver.send({ ...rest, ...(reason ? { reason } : {}) } as typeof extend, hour(1))).toEqual(came);
  });
  it('move the date and the warnings not yet given, tell the customer, and are used up', () => {
    const driver = caseWith({ reply: extended });
    driver.wake(hour(5));
    driver.send(extend, hour(6));
    expect(driver.state.deadlines.reply).toMatchObject({
      dueAt: hour(20),
      warnings: [{ done: true }, { fraction: 0.75, at: hour(15) }, { fraction: 0.9, at: hour(18) }],
    });
    expect(driver.effects.at(-1)).toMatchObject({
      type: 'deliver',
      template: 'deadline.extended',
      to: { customer: true },
    });
    expect(driver.send(extend, hour(7))).toBe('EXTENSION_NOT_ALLOWED');
  });
  it('are not granted by whoever asked for them', () => {
    const driver = caseWith({ reply: extended });
    const both = { actor: { id: 'manager', roles: ['manager', 'handler'] } };
    driver.send({ type: 'event', event: 'note', facts: both }, hour(1));
    expect(driver.send({ ...extend, facts: both }, hour(2))).toBe('FOUR_EYES');
  });
  it('come too late after the breach', () => {
    expect(caseWith({ reply: extended }).send(extend, hour(11))).toBe('DEADLINE_NOT_RUNNING');
  });
});

describe('backdated', () => {
  const two = {
    b: { ...promise, limit: 'PT2H', onBreach: { tell: ['lead'], raise: 'escalate.now' } },
    a: { ...promise, limit: 'PT4H' },
    later: { ...promise, limit: 'PT20H' },
  };
  it('a case breaches on arrival what is due already, each once, in the order of its dates', () => {
    const driver = caseWith(
      two,
      { machine: withEscalated() },
      { at: hour(16), opening: { receivedAt: minute(0) } },
    );
    expect(breaches(driver)).toEqual([
      ['b', hour(2), hour(16), 'on-arrival'],
      ['a', hour(4), hour(16), 'on-arrival'],
    ]);
    expect(driver.states(), 'a breach on arrival escalates as any other').toBe('escalated');
    expect(driver.state.deadlines.b).toMatchObject({
      status: 'breached',
      late: 'on-arrival',
      breachedAt: hour(16),
    });
    const warned = driver.entries
      .filter(({ type }) => type === 'deadline.warned')
      .map(({ leaf }) => JSON.parse(leaf).data);
    expect(warned).toEqual([{ deadline: 'later', fraction: 0.75, late: true }]);
    expect(driver.wake(hour(16))).toEqual([]);
    expect(nextWakeAt(driver.state)).toBe(hour(18));
  });
  it('an event breaches on arrival a clock that it starts in the past', () => {
    const driver = caseWith({ reply: { ...promise, starts: [{ event: 'note' }] } });
    expect(
      driver.send(
        { type: 'event', event: 'note', occurredAt: minute(-1200), reason: sealed('told by phone') },
        hour(1),
      ),
    ).toEqual(['note', 'deadline.breached']);
    expect(breaches(driver)).toEqual([['reply', minute(-600), hour(1), 'on-arrival']]);
    expect(driver.wake(hour(2))).toEqual([]);
  });
});

describe('after an outage', () => {
  it('everything due comes in order, marked late, judged by its due instant', () => {
    const driver = caseWith({ b: { ...promise, warnAt: [0.5] }, a: { ...promise, warnAt: [] } });
    expect(driver.wake(hour(30))).toEqual(['deadline.warned', 'deadline.breached', 'deadline.breached']);
    expect(breaches(driver)).toEqual([
      ['a', hour(10), hour(30), true],
      ['b', hour(10), hour(30), true],
    ]);
    expect(driver.state.deadlines.a).toMatchObject({ late: 'after-outage' });
  });
  it('a few seconds are no outage', () => {
    const driver = caseWith({ a: { ...promise, warnAt: [] } });
    driver.wake(minute(600 + 5 / 60));
    expect(breaches(driver)[0]?.[3]).toBeNull();
  });
  it('a command that comes first finds it all applied', () => {
    const driver = caseWith({ a: { ...promise, warnAt: [] } });
    expect(driver.event('note', 'handler', hour(30))).toEqual(['deadline.breached', 'note']);
  });
  it('a refusal changes nothing, also not what has fallen due', () => {
    const driver = caseWith({ a: { ...promise, warnAt: [] } });
    const { state } = driver;
    expect(driver.event('back', 'handler', hour(30))).toBe('EVENT_NOT_ALLOWED');
    expect(driver.state).toBe(state);
    expect(driver.wake(hour(30))).toEqual(['deadline.breached']);
  });
  it('a clock started by a late firing starts when it fired', () => {
    const driver = caseWith(
      {
        reply: { ...promise, warnAt: [], onBreach: { tell: ['lead'], raise: 'escalate.now' } },
        next: { ...promise, warnAt: [], starts: [{ enter: 'escalated' }] },
      },
      { machine: withEscalated() },
    );
    driver.wake(hour(30));
    expect(driver.state.deadlines.next).toMatchObject({ startedAt: hour(30), dueAt: hour(40) });
  });
});

describe('ties', () => {
  it('are a breach, then a timer, then a warning, then by name', () => {
    const driver = drive({
      events,
      machine: { initial: 's', states: { s: { after: { PT10H: 't' } }, t: {} } },
      deadlines: {
        z: { ...promise, warnAt: [] },
        a: { ...promise, warnAt: [] },
        w: { ...promise, limit: 'PT20H', warnAt: [0.5] },
      },
    });
    driver.wake(hour(10));
    expect(driver.entries.slice(1).map(({ leaf }) => Object.values(JSON.parse(leaf).data)[0])).toEqual([
      'a',
      'z',
      'xstate.after.PT10H.s',
      'w',
    ]);
  });
});

describe('calendars and profiles', () => {
  it('recalculation moves what runs, and leaves what is breached', () => {
    const driver = caseWith({
      days: { ...promise, limit: 'P1D', count: 'business-days', warnAt: [] },
      over: { ...promise, warnAt: [] },
    });
    driver.wake(hour(10));
    expect(driver.state.deadlines.days?.dueAt).toBe(hour(48));
    const weekdays = { ...always, week: '1011111' };
    const moved = caseWith(
      {},
      { deadlines: driver.compiled.definition.deadlines ?? {} },
      { input: { calendars: { always: weekdays } } },
    );
    driver.compiled.calendars = { always: weekdays };
    driver.compiled.calendarHashes = moved.compiled.calendarHashes;
    expect(
      driver.send({ type: 'recalculate', calendars: { always: weekdays }, by: 'compliance' }, hour(11)),
    ).toEqual(['deadline.recalculated']);
    expect(driver.state.deadlines.days?.dueAt).toBe(hour(72));
    expect(driver.state.deadlines.over).toMatchObject({ status: 'breached', dueAt: hour(10) });
    expect(driver.state.calendars).toEqual(moved.compiled.calendarHashes);
  });
  it('a profile of the definition changes, adds and leaves out deadlines', () => {
    const driver = caseWith(
      { a: promise, b: promise },
      {
        profiles: {
          strict: { deadlines: { a: { limit: 'PT1H' }, b: null, c: { ...promise, limit: 'PT3H' } } },
        },
      },
      { input: { profile: 'strict' }, opening: { profile: 'strict' } },
    );
    expect(Object.entries(driver.state.deadlines).map(([name, { dueAt }]) => [name, dueAt])).toEqual([
      ['a', hour(1)],
      ['c', hour(3)],
    ]);
    expect(driver.leaf(1).profile).toBe('strict');
  });
  it.each(['unknown', 'constructor'])('the profile %j is none', (profile) => {
    expect(() => caseWith({ a: promise }, {}, { input: { profile } })).toThrow(/no profile/);
  });
  it('the demo profile shortens every length, and never the clock', () => {
    const clockProfile = {
      id: 'demo',
      title: { zh: '演示', en: 'Demo' },
      scale: { P1D: 'PT20S' },
      calendar: 'always',
    };
    const driver = caseWith(
      { days: { ...promise, limit: 'P3D', count: 'business-days', warnAt: [] } },
      { machine: { initial: 's', states: { s: { after: { P1D: 't' } }, t: {} } } },
      { input: { profile: 'demo', clockProfile }, opening: { profile: 'demo' } },
    );
    expect(driver.state.deadlines.days?.dueAt).toBe(minute(1));
    expect(nextWakeAt(driver.state)).toBe(minute(1 / 3));
    driver.wake(minute(1 / 3));
    expect(driver.leaf(2)).toMatchObject({ type: 'timer.fired', at: minute(1 / 3), profile: 'demo' });
  });
});

it('who acts for nobody is the engine', () => {
  const driver = caseWith({ a: { ...promise, warnAt: [] } });
  driver.wake(hour(10));
  expect(driver.leaf(2)).toMatchObject({ actorId: 'system', facts: as('system') });
});
