import { beforeEach, expect, it } from 'vitest';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import { compile } from '../../machines/kernel/compile.ts';
import { shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';
import { who } from './settlement.ts';
import { propose, type SettlementWorld, settlementWorld } from './settlement-world.ts';

// Guarantee: a seat that nobody may take, at the ladder's top neither, is an incident and told, once; not nowhere.

const system: Actor = { id: 'system', roles: ['system'] };
let made: SettlementWorld;
const climb = () => made.onSeat(system, { verb: 'climb' });
const incidents = () => made.world.at(made.latest()).incidents;
const handle = (verb: 'retry' | 'resolve', by: Actor) =>
  made.world.send(made.latest(), { type: 'incident', n: 1, verb, by, reason: true } as never);

beforeEach(() => {
  made = settlementWorld(200_000);
  propose(made, who('adjuster'));
  made.sign('legal');
  // From the manager, the highest of this ladder, to compliance.
  expect(climb()).toBeUndefined();
});

it('is recorded once, and whom the definition names is told', () => {
  const left = made.world.left.length;
  expect(climb()).toBeUndefined();
  expect(made.world.types(made.latest()).slice(-2)).toEqual(['seat.climbed', 'seat.unfilled']);
  expect(incidents()).toMatchObject([
    { n: 1, kind: 'seat', code: 'NOBODY_ELIGIBLE', status: 'open', taskId: made.openTask() },
  ]);
  expect(made.world.left.slice(left)).toMatchObject([
    { type: 'deliver', template: 'seat.unfilled', to: { roles: ['compliance', 'admin'] } },
  ]);
  expect(climb()).toBe('NOBODY_ELIGIBLE');
  expect(incidents()).toHaveLength(1);
  expect(made.world.left).toHaveLength(left + 1);
});

it('is nobody’s to report but the engine’s', () => {
  expect(made.onSeat(who('manager'), { verb: 'climb' })).toBe('ROLE_REQUIRED');
  expect(incidents()).toEqual([]);
});

it('is asked for again by an operator, and is an incident again where there is still nobody', () => {
  climb();
  expect(handle('retry', who('legal'))).toBe('ROLE_REQUIRED');
  expect(handle('retry', who('lead'))).toBeUndefined();
  expect(made.world.left.at(-1)).toMatchObject({
    type: 'assignTask',
    role: 'compliance',
    seat: '1.amount.1',
  });
  expect(climb()).toBeUndefined();
  expect(incidents().map(({ status }) => status)).toEqual(['retried', 'open']);
});

it('is an incident no more once the seat is decided, or the proposal withdrawn', () => {
  climb();
  const [{ amount } = { amount: 0 }] = who('manager').authority ?? [];
  const compliance: Actor = { id: 'c', roles: ['compliance'], authority: [{ amount, currency: 'CNY' }] };
  expect(made.onSeat(compliance, { verb: 'complete', outcome: 'approve' })).toBeUndefined();
  expect(incidents()).toMatchObject([{ status: 'resolved' }]);

  made = settlementWorld(20_000);
  propose(made, who('adjuster'));
  while (climb() === undefined && incidents().length === 0);
  expect(incidents()).toMatchObject([{ status: 'open' }]);
  made.world.send('claim-1', { type: 'event', event: 'drop', by: who('adjuster') });
  expect(made.world.at(made.latest())).toMatchObject({
    status: 'closed',
    incidents: [{ status: 'resolved' }],
  });
});

it('is refused, as it was, in a case of a definition that says nothing of it', () => {
  const older = shippedDefinitions().find(({ id, version }) => id === 'approval' && version === '1.1.0');
  const kept = made.world.cases.get(made.latest());
  if (!older || !kept) {
    throw new Error('Both are there.');
  }
  const ref = { id: 'approval', version: '1.1.0', hash: '0'.repeat(64) };
  kept.compiled = compile({ definition: runtimePart(older), ref, calendars: { ...shippedCalendars } });
  const { seq } = kept.state;
  expect(climb()).toBe('NOBODY_ELIGIBLE');
  expect(kept.state).toMatchObject({ seq, incidents: [] });
});
