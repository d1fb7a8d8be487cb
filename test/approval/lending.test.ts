import { beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../machines/kernel/command.ts';
import { settlement, who } from './settlement.ts';
import { propose, type SettlementWorld, settlementWorld } from './settlement-world.ts';

// Guarantee: a seat for what its holder knows is lent only to who has that role and department; of an authority over
// amounts the limit is lent.

const system: Actor = { id: 'system', roles: ['system'] };
let made: SettlementWorld;
const lend = (by: Actor, to: Actor) => made.onSeat(by, { verb: 'delegate', to, until: made.inHours(1) });

/** A settlement whose first step has this signer. */
const withSigner = (signer: object): SettlementWorld => {
  const changed = structuredClone(settlement);
  const asked = changed.approvals?.settlement as NonNullable<typeof changed.approvals>[string];
  asked.plan.steps = [{ id: 'first', rule: 'any', signers: [signer] }];
  return settlementWorld(20_000, changed);
};

describe('a seat that is lent', () => {
  beforeEach(() => {
    made = settlementWorld(200_000);
    propose(made, who('adjuster'));
  });

  it('stays with the role that it is for', () => {
    expect(lend(who('legal'), who('finance'))).toBe('ROLE_REQUIRED');
    expect(lend(who('legal'), who('manager'))).toBe('ROLE_REQUIRED');
    expect(made.world.at(made.latest()).signing?.approval.seats[0]?.delegation).toBeUndefined();
    expect(lend(who('legal'), who('legal-2'))).toBeUndefined();
    expect(made.sign('legal-2')).toBeUndefined();
  });

  it('by whom the amount is decided is lent with its limit, to anybody', () => {
    made.sign('legal');
    expect(lend(who('manager'), who('finance'))).toBeUndefined();
    expect(made.sign('finance')).toBeUndefined();
  });

  it('is lent no more once it has climbed', () => {
    made.sign('legal');
    expect(lend(who('manager'), who('finance'))).toBeUndefined();
    expect(made.onSeat(system, { verb: 'climb' })).toBeUndefined();
    expect(made.sign('finance')).toBe('ROLE_REQUIRED');
  });
});

describe('an entry of a seat', () => {
  const substitute: Actor = {
    ...{ id: 'bo', roles: ['agent'] },
    actsFor: [{ personId: 'legal', roles: ['legal'], via: 'substitution', until: null }],
  };
  const lead: Actor = {
    ...{ id: 'bo', roles: ['agent'] },
    actsFor: [{ personId: 'lea', roles: ['lead'], via: 'delegation', until: null }],
  };
  const latest = (): { type: string; actorId: string; onBehalfOfId?: string } =>
    JSON.parse(made.world.cases.get(made.latest())?.entries.at(-1)?.leaf ?? '{}');

  beforeEach(() => {
    made = settlementWorld(200_000);
    propose(made, who('adjuster'));
  });

  it.each([
    ['task.claimed', { verb: 'claim' }],
    ['seat.returned', { verb: 'return', toStep: null, reason: true }],
    ['signer.added', { verb: 'add-signer', to: who('finance'), position: 'before' }],
    ['seat.approved', { verb: 'complete', outcome: 'approve' }],
  ] as const)('names whose right it was: %s', (type, command) => {
    expect(made.onSeat(lead, command)).toBe('ROLE_REQUIRED');
    expect(made.onSeat(substitute, command)).toBeUndefined();
    expect(made.world.types(made.latest())).toContain(type);
    const entries = made.world.cases.get(made.latest())?.entries ?? [];
    const leaf = JSON.parse(entries.find((each) => each.type === type)?.leaf ?? '{}');
    expect(leaf).toMatchObject({ actorId: 'bo', onBehalfOfId: 'legal' });
  });

  it('names nobody else where the own right does', () => {
    const both = { ...substitute, roles: ['legal'] };
    expect(made.onSeat(both, { verb: 'claim' })).toBeUndefined();
    expect(latest()).toMatchObject({ type: 'task.claimed', actorId: 'bo' });
    expect(latest()).not.toHaveProperty('onBehalfOfId');
  });

  it('names the lead whose right gave it to others', () => {
    expect(made.onSeat(who('legal'), { verb: 'claim' })).toBeUndefined();
    expect(made.onSeat(lead, { verb: 'reassign', to: who('legal-2') })).toBeUndefined();
    expect(latest()).toMatchObject({ type: 'task.reassigned', actorId: 'bo', onBehalfOfId: 'lea' });
    expect(made.onSeat(lead, { verb: 'release' })).toBeUndefined();
    expect(latest()).toMatchObject({ type: 'task.released', actorId: 'bo', onBehalfOfId: 'lea' });
  });
});

it('stays within the department that it is for', () => {
  made = withSigner({ role: 'legal', department: 'claims-law' });
  propose(made, who('adjuster'));
  const holder: Actor = { id: 'h', roles: ['legal'], departments: ['claims-law'] };
  expect(lend(holder, who('legal-2'))).toBe('ROLE_REQUIRED');
  expect(lend(holder, { ...holder, id: 'i' })).toBeUndefined();
});

it('that names a person goes to somebody with a role of theirs', () => {
  made = withSigner({ personId: 'legal' });
  propose(made, who('adjuster'));
  expect(lend(who('legal'), who('finance'))).toBe('ROLE_REQUIRED');
  expect(lend(who('legal'), who('legal-2'))).toBeUndefined();
});
