import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../machines/kernel/command.ts';
import { who, yuan } from './settlement.ts';
import { propose, type SettlementWorld, settlementWorld } from './settlement-world.ts';

// Guarantee: who has proposed what an approval decides does not decide on it when somebody else hands it in anew.

/** May propose and, with the role of a lead, decide up to 50,000. */
const both = (id: string): Actor => ({ id, roles: ['adjuster', 'lead'], authority: yuan(50_000) });
let made: SettlementWorld;
const approve = (by: Actor) => made.onSeat(by, { verb: 'complete', outcome: 'approve' });
const barred = () => made.world.at(made.latest()).signing?.approval.barred;

beforeEach(() => {
  made = settlementWorld(40_000);
});

it('after it was sent back', () => {
  propose(made, { ...both('anna'), sameAs: ['anna-b'] });
  expect(made.sign('legal', 'reject')).toBeUndefined();
  expect(made.world.at('claim-1').machine.states).toEqual(['draft']);
  propose(made, who('adjuster'));
  expect(barred()).toEqual(['payee-1', 'anna', 'anna-b']);
  made.sign('legal');
  expect(approve(both('anna'))).toBe('CONFLICT_OF_INTEREST');
  expect(approve({ ...both('anna-b'), sameAs: ['anna'] })).toBe('CONFLICT_OF_INTEREST');
  expect(approve(both('bert'))).toBeUndefined();
  expect(made.world.at('claim-1').machine.states).toEqual(['paying', 'idle']);
});

it('after it was dropped while people decided, and however often it is handed in', () => {
  propose(made, both('anna'));
  made.world.send('claim-1', { type: 'event', event: 'drop', by: both('anna') });
  propose(made, both('bert'));
  made.sign('legal', 'reject');
  propose(made, who('adjuster'));
  expect(barred()).toEqual(['payee-1', 'anna', 'bert']);
});

it('after two others have changed it, one after the other', () => {
  propose(made, both('anna'));
  for (const [by, amount] of [
    ['bert', 41_000],
    ['carl', 42_000],
  ] as const) {
    made.world.send('claim-1', {
      ...{ type: 'event', event: 'amend', by: both(by) },
      data: { amount: yuan(amount)[0] ?? null },
    });
  }
  expect(made.world.at(made.latest()).signing?.approval.proposer).toEqual({ id: 'carl' });
  expect(barred()).toEqual(['payee-1', 'anna', 'bert']);
});

it('but who proposed it before proposes it again, and nobody is kept out of what follows an approval', () => {
  propose(made, both('anna'));
  made.sign('legal', 'reject');
  propose(made, both('anna'));
  expect(barred()).toEqual(['payee-1']);
  made.sign('legal');
  expect(approve(both('anna'))).toBe('FOUR_EYES');
  approve(both('bert'));
  expect(made.world.at('claim-1').proposed).toBeUndefined();
});

it('leaves no trace in the entries of a case that proposes once', () => {
  propose(made, who('adjuster'));
  expect(made.world.at('claim-1').proposed).toEqual({ settlement: ['adjuster'] });
  const [, entry] = made.world.cases.get('claim-1')?.entries ?? [];
  expect(entry?.type).toBe('propose');
  expect(entry?.leaf).not.toContain('/proposed');
  expect(barred()).toEqual(['payee-1']);
});
