import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import type { DeadlineDefinition, RuntimeDefinition } from '../../machines/kernel/definition.ts';
import cn from '../../machines/library/calendars/cn.json' with { type: 'json' };
import { shippedLadder } from '../../machines/library/notification/index.ts';
import { shippedSurgePlans } from '../../machines/library/surge/index.ts';
import { rosterNow } from '../../machines/surge/on-roster.ts';
import { callsForSurge, type SurgePlan, surgeFact, surgePlanProblems } from '../../machines/surge/plan.ts';
import { withSurge } from '../../machines/surge/with-surge.ts';
import { as, drive, hour, minute } from '../kernel/case-driver.ts';

// Guarantee: surge mode shortens or lengthens what the company promises, and never what law or a regulator asks.

const holiday = shippedSurgePlans[0] as SurgePlan;

describe('a plan', () => {
  it.each<[string, (plan: SurgePlan) => object, string]>([
    ['an unknown field', (plan) => ({ ...plan, pause: ['law'] }), '/pause'],
    [
      'days counted as plain time',
      (plan) => ({ ...plan, promises: [{ ...plan.promises[0], limit: 'P1D' }] }),
      '/promises/0/limit',
    ],
    [
      'a length that is none',
      (plan) => ({ ...plan, promises: [{ ...plan.promises[0], limit: 'soon' }] }),
      '/promises/0/limit',
    ],
    [
      'a roster of nobody',
      (plan) => ({ ...plan, roster: [{ role: 'agent', from: '20:00', to: '08:00' }] }),
      '/roster/0',
    ],
    [
      'a roster of no time',
      (plan) => ({ ...plan, roster: [{ role: 'agent', skill: 'x', from: '20:00', to: '20:00' }] }),
      '/roster/0/to',
    ],
    ['a rule longer than itself', (plan) => ({ ...plan, hoursMax: 1 }), '/rule/hours'],
  ])('is refused with %s', (_, change, pointer) => {
    expect(surgePlanProblems(change(holiday)).map((problem) => problem.pointer)).toContain(pointer);
  });

  it('that is shipped may be used', () => {
    expect(shippedSurgePlans.flatMap((plan) => surgePlanProblems(plan))).toEqual([]);
  });

  it('has a roster in local time, through midnight', () => {
    const at = (time: string) =>
      rosterNow(holiday, cn as unknown as Calendar, 'agent', Date.parse(`2026-10-01T${time}:00+08:00`))
        .length;
    expect(['19:59', '20:00', '23:59', '00:00', '07:59', '08:00'].map(at)).toEqual([0, 1, 1, 1, 1, 0]);
    expect(
      rosterNow(holiday, cn as unknown as Calendar, 'legal', Date.parse('2026-10-01T14:00:00Z')),
    ).toEqual([]);
  });

  it('opens quiet days and adds what is urgent, and leaves rungs and law alone', () => {
    const ladder = withSurge(shippedLadder, {
      ...holiday,
      notify: { nonWorkingDays: false, urgent: ['triage'] },
    });
    expect(ladder.quiet).toEqual({ ...shippedLadder.quiet, nonWorkingDays: false });
    expect(ladder.urgent).toEqual({ ...shippedLadder.urgent, deadlines: ['first-contact', 'triage'] });
    expect(ladder.rungs).toBe(shippedLadder.rungs);
    expect(withSurge(shippedLadder, { ...holiday, notify: {} })).toEqual(shippedLadder);
  });

  it('is called for by many openings, and by many times the usual', () => {
    const rule = holiday.rule as NonNullable<SurgePlan['rule']>;
    const calls = (openings: number, usual: number) => callsForSurge(rule, { openings, usual });
    expect([calls(44, 20), calls(43, 20), calls(20, 0), calls(19, 0)]).toEqual([true, false, true, false]);
  });
});

describe('a deadline that starts while it is on', () => {
  const deadline = (kind: DeadlineDefinition['source']['kind'], limit: string): DeadlineDefinition => ({
    source: { kind, rule: 'Example' },
    starts: [{ event: 'ask' }],
    stops: [{ event: 'answer' }],
    limit,
    count: 'elapsed',
    pausedBy: [{ cause: 'wait', from: [{ event: 'wait' }], to: [{ event: 'go-on' }] }],
  });
  const definition: Partial<RuntimeDefinition> = {
    events: Object.fromEntries(['ask', 'answer', 'wait', 'go-on'].map((name) => [name, { by: ['handler'] }])),
    machine: {
      initial: 'open',
      states: {
        open: {
          on: Object.fromEntries(['ask', 'answer', 'wait', 'go-on'].map((name) => [name, { actions: [] }])),
        },
      },
    },
    deadlines: {
      promise: deadline('company promise', 'PT8H'),
      law: deadline('law', 'PT8H'),
      regulator: deadline('regulator', 'PT8H'),
      other: deadline('company promise', 'PT8H'),
    },
  };
  const promises = Object.fromEntries(
    ['promise', 'law', 'regulator'].map((name) => [name, { limit: 'PT30M', count: 'elapsed' }]),
  );
  const surge = { plan: 'holiday@1.0.0', until: hour(100), promises };
  const dueOf = (driver: ReturnType<typeof drive>) =>
    Object.fromEntries(Object.entries(driver.state.deadlines).map(([name, { dueAt }]) => [name, dueAt]));

  it('has the promise of the plan; law, regulator and other promises stay', () => {
    const driver = drive(definition);
    driver.send({ type: 'event', event: 'ask', facts: { ...as('handler'), surge } }, minute(0));
    expect(dueOf(driver)).toEqual({ promise: minute(30), law: hour(8), regulator: hour(8), other: hour(8) });
    expect(driver.leaf(driver.state.seq).facts).toMatchObject({ surge: { plan: 'holiday@1.0.0' } });
  });

  it('keeps what it started with: one that ran before stays, one that is paused goes on by the same rule', () => {
    const before = drive(definition);
    before.event('ask', 'handler', minute(0));
    before.send({ type: 'event', event: 'ask', facts: { ...as('handler'), surge } }, minute(10));
    expect(dueOf(before).promise).toBe(hour(8));
    const during = drive(definition);
    during.send({ type: 'event', event: 'ask', facts: { ...as('handler'), surge } }, minute(0));
    during.event('wait', 'handler', minute(10));
    during.event('go-on', 'handler', minute(70));
    expect(dueOf(during).promise).toBe(minute(90));
  });

  it('is what the definition says where the fact is nonsense', () => {
    for (const bad of [
      { promises: { promise: { limit: 'soon', count: 'elapsed' } } },
      { promises: 7 },
      'on',
    ]) {
      const driver = drive(definition);
      driver.send({ type: 'event', event: 'ask', facts: { ...as('handler'), surge: bad } }, minute(0));
      expect(dueOf(driver).promise).toBe(hour(8));
    }
  });

  it('is told to cases of the plan’s kinds only', () => {
    expect(surgeFact(holiday, 'claim', hour(1))?.promises).toEqual({
      'first-contact': { limit: 'PT30M', count: 'elapsed' },
    });
    expect(surgeFact(holiday, 'team', hour(1))).toBeUndefined();
  });
});
