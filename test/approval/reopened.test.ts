import { beforeEach, expect, it } from 'vitest';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { settlement, who } from './settlement.ts';
import { propose, type SettlementWorld, settlementWorld } from './settlement-world.ts';

// Guarantee: an answer from before a case was closed and opened again moves nothing, though it is asked for the same
// approval of the same content again.

/** Closed by `drop`, and opened again to where people decide. */
const reopenable = (target: 'draft' | 'approving'): RuntimeDefinition => {
  const changed = structuredClone(settlement);
  const { both } = changed.machine.states ?? {};
  if (!both) {
    throw new Error('The state is there.');
  }
  both.on = { drop: '#dropped' };
  changed.machine.states = { ...changed.machine.states, dropped: { type: 'final' } };
  changed.reopen = { by: ['lead'], from: { dropped: { target } } };
  return changed;
};

let made: SettlementWorld;
let answerLate: () => void;

/** Signed by all, but the answer is on its way when the case is closed. */
const closedMeanwhile = (target: 'draft' | 'approving'): void => {
  made = settlementWorld(200_000, reopenable(target));
  propose(made, who('adjuster'));
  made.sign('legal');
  answerLate = made.world.hold();
  made.sign('manager');
  expect(made.world.at(made.latest()).machine.states).toEqual(['approved']);
  made.world.send('claim-1', { type: 'event', event: 'drop', by: who('adjuster') });
  expect(made.world.at('claim-1').status).toBe('closed');
};

beforeEach(() => closedMeanwhile('approving'));

it('is dropped where the same is asked for again', () => {
  expect(made.world.reopen('claim-1', who('lead'))).toBeUndefined();
  const { services, epoch } = made.world.at('claim-1');
  expect([epoch, Object.values(services).length]).toEqual([2, 1]);
  answerLate();
  const claim = made.world.at('claim-1');
  expect(made.world.types('claim-1')).toContain('message.dropped');
  expect(claim.machine.states).toEqual(['approving', 'idle']);
  expect(claim.approved).toBeUndefined();
  // The second asks people anew, and its answer counts.
  made.sign('legal');
  made.sign('manager');
  expect(made.world.at('claim-1').machine.states).toEqual(['paying', 'idle']);
});

it('is dropped where nothing is asked for', () => {
  closedMeanwhile('draft');
  expect(made.world.reopen('claim-1', who('lead'))).toBeUndefined();
  answerLate();
  const claim = made.world.at('claim-1');
  expect(made.world.types('claim-1').at(-1)).toBe('message.dropped');
  expect(claim).toMatchObject({ status: 'open', machine: { states: ['draft'] } });
  expect(claim.approved).toBeUndefined();
});
