import { beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../machines/kernel/command.ts';
import { definitionOf, feel } from '../kernel/case-driver.ts';
import { type LinkedCases, linkedCases } from './linked-cases.ts';
import { settlement, who, yuan } from './settlement.ts';

// Guarantee: whoever approved among several does not pay, under no account and by no lent right; and nobody hands on or
// sends back a seat that somebody else has.

const paidByHand = definitionOf({
  ...{ calendar: 'cn', open: { by: ['adjuster'] }, data: settlement.data },
  events: { propose: { by: ['adjuster'] }, release: { by: ['finance', 'legal', 'manager'] } },
  machine: {
    initial: 'draft',
    states: {
      draft: { on: { propose: 'approving' } },
      approving: {
        invoke: {
          src: 'settlement',
          onDone: [{ guard: feel('event.outcome = "approved"'), target: 'releasing' }, { target: 'draft' }],
          onError: 'incident',
        },
      },
      releasing: { on: { release: 'released' } },
      released: { type: 'final' },
    },
  },
  tasks: {
    releasing: { role: 'finance', outcomes: ['release'], assign: 'least-loaded', notBy: ['approving'] },
  },
  approvals: settlement.approvals ?? {},
});

let now = 0;
let world: LinkedCases;
const approval = (): string => [...world.cases.keys()].findLast((id) => id !== 'claim-1') ?? '';
const onSeat = (by: Actor, verb: 'complete' | 'delegate' | 'return' | 'assign', extra: object = {}) => {
  const [taskId = ''] =
    Object.entries(world.at(approval()).tasks).find(([, { status }]) => status === 'open') ?? [];
  return world.send(approval(), { type: 'task', taskId, verb, by, ...extra });
};
const approve = (by: Actor) => onSeat(by, 'complete', { outcome: 'approve' });
const release = (by: Actor) => world.send('claim-1', { type: 'event', event: 'release', by });
const until = '2026-03-03T00:00:00.000Z';

beforeEach(() => {
  now = Date.UTC(2026, 2, 2, 2);
  world = linkedCases(() => {
    now += 1_000;
    return new Date(now).toISOString();
  });
  world.open(paidByHand, 'claim-1', who('adjuster'), { amount: yuan(200_000)[0] ?? null });
  world.send('claim-1', { type: 'event', event: 'propose', by: who('adjuster') });
});

describe('a payment that several people approved', () => {
  it('is made by none of them, under no account, and given to none of them', () => {
    approve(who('legal'));
    approve(who('manager'));
    expect(world.at('claim-1').machine.states).toEqual(['releasing']);
    expect(world.left.at(-1)).toMatchObject({ type: 'assignTask', notPersons: ['legal', 'manager'] });
    expect(release(who('manager'))).toBe('FOUR_EYES');
    expect(release(who('legal'))).toBe('FOUR_EYES');
    expect(release({ id: 'manager-b', roles: ['finance'], sameAs: ['manager'] })).toBe('FOUR_EYES');
    expect(release(who('finance'))).toBeUndefined();
  });

  it('is made neither by who lent a seat nor by who signed on it', () => {
    approve(who('legal'));
    expect(onSeat(who('manager'), 'delegate', { to: who('finance'), until })).toBeUndefined();
    expect(approve(who('finance'))).toBeUndefined();
    expect(release(who('finance'))).toBe('FOUR_EYES');
    expect(release(who('manager'))).toBe('FOUR_EYES');
    expect(release({ id: 'finance-2', roles: ['finance'] })).toBeUndefined();
  });
});

describe('a seat that somebody has', () => {
  const system: Actor = { id: 'system', roles: ['system'] };

  it.each([
    ['lent by', 'delegate', { to: { id: 'legal-3', roles: ['legal'] }, until }],
    ['sent back by', 'return', { toStep: null, reason: true }],
  ] as const)('is not %s a colleague', (_, verb, extra) => {
    expect(onSeat(system, 'assign', { to: who('legal') })).toBeUndefined();
    expect(onSeat(who('legal-2'), verb, extra)).toBe('TASK_TAKEN');
    expect(onSeat(who('legal'), verb, extra)).toBeUndefined();
  });
});
