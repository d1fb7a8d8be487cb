import { beforeEach, expect, it } from 'vitest';
import { who } from './settlement.ts';
import { propose, type SettlementWorld, settlementWorld } from './settlement-world.ts';

// Guarantee: who was asked to sign beside the plan is taken away by whoever asked, before they have decided, and by nobody
// else; a signer of the plan never is.

let made: SettlementWorld;
const remove = (by: string, to: string) => made.onSeat(who(by), { verb: 'remove-signer', to: who(to) });

beforeEach(() => {
  made = settlementWorld(200_000);
  propose(made, who('adjuster'));
  expect(
    made.onSeat(who('legal'), { verb: 'add-signer', to: who('finance'), position: 'before' }),
  ).toBeUndefined();
});

it('is taken away by whoever asked', () => {
  expect(remove('legal', 'finance')).toBeUndefined();
  expect(made.world.types(made.latest()).at(-1)).toBe('signer.removed');
  expect(made.sign('finance')).toBe('ROLE_REQUIRED');
  expect(made.sign('legal')).toBeUndefined();
});

it.each([
  ['by a colleague', 'legal-2', 'finance'],
  ['by themselves', 'finance', 'finance'],
  ['by the proposer', 'adjuster', 'finance'],
  ['though the plan has the seat', 'legal', 'legal'],
  ['though nobody asked for them', 'legal', 'manager'],
])('is not taken away %s', (_, by, to) => {
  const { seq } = made.world.at(made.latest());
  expect(remove(by, to)).toBe('SIGNER_NOT_REMOVABLE');
  expect(made.world.at(made.latest()).seq).toBe(seq);
});

it('is not taken away once they have decided', () => {
  expect(made.sign('finance')).toBeUndefined();
  expect(remove('legal', 'finance')).toBe('SIGNER_NOT_REMOVABLE');
});
