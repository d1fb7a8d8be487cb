import { describe, expect, it } from 'vitest';
import type { Facts } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { withPolicy } from '../../machines/kernel/policy/adopt-policy.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { step } from '../../machines/kernel/step.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { as, type DriverOptions, day, drive, hour, minute, sealed } from '../kernel/case-driver.ts';

// Guarantee: an open case that is put under another table is decided by it from the next command on, also after it is
// opened again; its entry holds both hashes, the same commands give the same trail, and a refused move changes nothing.

const forLeads = (version: string): Policy => ({
  ...currentPolicy,
  ...{ id: 'ours', version },
  acts: {
    ...currentPolicy.acts,
    'note.write': {
      title: { zh: '记录', en: 'Write a note' },
      by: { lead: 'all' },
      events: { example: ['note'] },
    },
  },
});
const ours = forLeads('1.0.0');
const shippedRef = policyRef(currentPolicy);
const definition: Partial<RuntimeDefinition> = {
  events: { note: { by: ['handler', 'lead'] }, close: { by: ['handler'] } },
  machine: {
    initial: 'work',
    states: { work: { on: { note: 'work', close: 'done' } }, done: { type: 'final' } },
  },
  reopen: { by: ['handler'], from: { done: { target: 'work' } } },
  deadlines: {
    reply: {
      source: { kind: 'company promise', rule: 'answer within an hour' },
      ...{ starts: [{ opened: true }], stops: [{ enter: 'done' }], limit: 'PT1H', count: 'elapsed' },
    },
  },
};
const opened = (options: DriverOptions = {}) => drive(definition, options);
const adopt = (policy: Policy | null, more: { by?: string; facts?: Facts } = { by: 'admin' }) =>
  ({ type: 'adopt-policy', policy, reason: sealed('why'), ...more }) as const;

describe('an open case that is put under another table', () => {
  it('is decided by it from the next command on, and opened again as well', () => {
    const driver = opened();
    expect(driver.event('note', 'handler', minute(1))).toEqual(['note']);
    expect(driver.send(adopt(ours), minute(2))).toEqual(['case.policy-adopted']);
    expect(driver.state.policy).toEqual(policyRef(ours));
    expect(driver.event('note', 'handler', minute(3))).toBe('ROLE_REQUIRED');
    expect(driver.event('note', 'lead', minute(3))).toEqual(['note']);
    expect(driver.event('close', 'handler', minute(4))).toEqual(['close']);
    expect(driver.reopen({}, minute(5))).toEqual(['case.reopened']);
    expect(driver.event('note', 'handler', minute(6))).toBe('ROLE_REQUIRED');
  });

  it('has an entry with both hashes, and each later one names the table', () => {
    const driver = opened();
    const { rev } = driver.state;
    driver.send(adopt(ours, { by: 'compliance' }), minute(1));
    driver.event('note', 'lead', minute(2));
    expect(driver.leaf(2)).toMatchObject({
      ...{ type: 'case.policy-adopted', actorId: 'compliance', policy: `ours@1.0.0#${policyRef(ours).hash}` },
      data: { from: shippedRef, to: policyRef(ours), reason: sealed('why') },
      commitments: [sealed('why').commitment],
    });
    expect(driver.leaf(3).policy).toBe(driver.leaf(2).policy);
    expect(Object.hasOwn(driver.leaf(1), 'policy')).toBe(false);
    expect(driver.leaf(2).before.changed).toEqual({});
    expect(driver.leaf(2).after.changed).toEqual({});
    expect(rev).toBe(1);
    expect(verifyChain(driver.entries)).toEqual({ ok: true });
  });

  it('goes from one own table to the next, and back to the shipped one as if it had never left it', () => {
    const newer = forLeads('1.1.0');
    const driver = opened({ input: { policy: ours } });
    driver.send(adopt(newer), minute(1));
    expect(driver.leaf(2).data).toMatchObject({ from: policyRef(ours), to: policyRef(newer) });
    driver.send(adopt(null), minute(2));
    expect(driver.leaf(3)).toMatchObject({
      ...{ policy: '1.0.0', data: { from: policyRef(newer), to: shippedRef } },
    });
    expect(Object.hasOwn(driver.state, 'policy')).toBe(false);
    expect(driver.compiled.input).not.toHaveProperty('policy');
    expect(driver.event('note', 'handler', minute(3))).toEqual(['note']);
    expect(Object.hasOwn(driver.leaf(4), 'policy')).toBe(false);
  });

  it('settles under the table before what had fallen due by then', () => {
    const driver = opened();
    const warned = ['deadline.warned', 'deadline.warned', 'deadline.warned'];
    expect(driver.send(adopt(ours), hour(2))).toEqual([
      ...warned,
      ...['deadline.breached', 'case.policy-adopted'],
    ]);
    expect(Object.hasOwn(driver.leaf(5), 'policy')).toBe(false);
    expect(driver.leaf(6).policy).toBe(`ours@1.0.0#${policyRef(ours).hash}`);
  });

  it('gives the same trail again from the same commands, and goes on from its stored state', () => {
    const run = () => {
      const driver = opened();
      driver.send(adopt(ours), minute(1));
      driver.event('note', 'lead', minute(2));
      return driver;
    };
    const driver = run();
    expect(run().entries).toEqual(driver.entries);
    const stored = JSON.parse(JSON.stringify(driver.state));
    const command = { id: 'next', type: 'event', event: 'note', facts: as('lead') } as const;
    expect(step(driver.compiled, stored, command, minute(3))).toMatchObject({
      state: { policy: policyRef(ours) },
    });
    expect(() => step(opened().compiled, stored, command, minute(3))).toThrow('not pinned');
    expect(() => step(withPolicy(driver.compiled, null), stored, command, minute(3))).toThrow('not pinned');
  });

  it('may be one that is being imported: its clock stands still', () => {
    const driver = opened({
      at: day(9),
      opening: {
        mode: 'historical',
        receivedAt: day(0),
        facts: as('admin', { roles: ['admin', 'handler'] }),
      },
    });
    const { clockAt } = driver.state;
    expect(driver.send(adopt(ours), day(9))).toEqual(['case.policy-adopted']);
    expect(driver.state.clockAt).toBe(clockAt);
  });
});

describe('a move that is refused, and changes nothing', () => {
  const lent: Facts = {
    actor: {
      ...{ id: 'lee', roles: ['lead'] },
      actsFor: [{ personId: 'ada', roles: ['admin'], via: 'delegation', until: null }],
    },
  };

  it.each<[string, ReturnType<typeof adopt>, string]>([
    ['by a manager', adopt(ours, { by: 'manager' }), 'ROLE_REQUIRED'],
    ['by a right that was lent', adopt(ours, { facts: lent }), 'ROLE_REQUIRED'],
    ['to the table that it follows', adopt(null), 'POLICY_UNCHANGED'],
    ['without a reason', { ...adopt(ours), reason: undefined } as never, 'REASON_REQUIRED'],
  ])('%s', (_, command, code) => {
    const driver = opened();
    const { state } = driver;
    expect(driver.send(command, minute(1))).toBe(code);
    expect(driver.state).toBe(state);
    expect(driver.entries).toHaveLength(1);
  });

  it('to the same table twice', () => {
    const driver = opened();
    driver.send(adopt(ours), minute(1));
    expect(driver.send(adopt(JSON.parse(JSON.stringify(ours))), minute(2))).toBe('POLICY_UNCHANGED');
  });

  it('of a closed case', () => {
    const driver = opened();
    driver.event('close', 'handler', minute(1));
    expect(driver.send(adopt(ours), minute(2))).toBe('CASE_CLOSED');
  });

  it('by somebody who has no part in the case', () => {
    const driver = opened();
    driver.send(
      { type: 'recusal', verb: 'recuse', person: { id: 'admin' }, reason: sealed('why'), by: 'manager' },
      minute(1),
    );
    expect(driver.send(adopt(ours), minute(2))).toBe('CONFLICT_OF_INTEREST');
    expect(driver.send(adopt(ours, { by: 'compliance' }), minute(3))).toEqual(['case.policy-adopted']);
  });
});
