import { beforeEach, describe, expect, it } from 'vitest';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { compile } from '../../machines/kernel/compile.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { settlement, who, yuan } from './settlement.ts';
import { propose, type SettlementWorld, settlementWorld } from './settlement-world.ts';

// Guarantee: a decision under way is a case's own state, not its definition's. Where the case that asked, the approval's
// case, or both go on under another version, in a parallel region too, what was signed stays signed, the plan that people
// began stays theirs, a changed subject is asked anew under the new plan, and only what was approved is paid.

const approvals = shippedDefinitions().filter(({ id }) => id === 'approval');
const newest = runtimePart(approvals.at(-1) as (typeof approvals)[number]);

/** The next version: one more state beside, one more department to ask. */
const next: RuntimeDefinition = {
  ...settlement,
  version: '2.0.0',
  machine: {
    ...settlement.machine,
    states: {
      ...settlement.machine.states,
      both: {
        ...settlement.machine.states?.both,
        states: {
          ...settlement.machine.states?.both?.states,
          beside: { initial: 'idle', states: { idle: { on: { note: 'noted' } }, noted: {} } },
        },
      },
    },
  },
  approvals: {
    settlement: {
      ...(settlement.approvals?.settlement as NonNullable<RuntimeDefinition['approvals']>[string]),
      plan: {
        steps: [
          { id: 'finance', rule: 'all', signers: [{ role: 'finance' }] },
          { id: 'amount', rule: 'all', signers: [{ byAuthority: true }] },
        ],
        ladder: [{ role: 'manager', upTo: yuan(300_000) }],
      },
    },
  },
};

let claim: SettlementWorld;

const goOnWith = (caseId: string, definition: RuntimeDefinition): void => {
  const kept = claim.world.cases.get(caseId);
  if (!kept) {
    throw new Error(`There is no case ${caseId}.`);
  }
  const ref = { id: definition.id, version: definition.version, hash: '1'.repeat(64) };
  const { calendars } = kept.compiled.input;
  kept.compiled = compile({ definition, ref, calendars });
  kept.state = { ...kept.state, definition: ref };
};

const followAfter = (): string[] => claim.world.at('claim-1').machine.states;

describe.each(approvals.slice(0, -1).map(({ version }) => version))('an approval begun by %s', (version) => {
  beforeEach(() => {
    const known = approvals.filter((each) => each.version === version);
    claim = settlementWorld(200_000, settlement, known);
    propose(claim, who('adjuster'));
    expect(claim.world.at(claim.latest()).definition.version).toBe(version);
  });

  it.each([
    ['the approval goes on', () => goOnWith(claim.latest(), newest)],
    ['who asked goes on', () => goOnWith('claim-1', next)],
    ['both go on', () => [goOnWith(claim.latest(), newest), goOnWith('claim-1', next)]],
  ])('keeps what was signed and its own plan where %s by the next version', (_which, goOn) => {
    expect(claim.sign('legal')).toBeUndefined();
    const before = claim.world.at(claim.latest()).signing;
    goOn();
    expect(claim.world.at(claim.latest()).signing).toEqual(before);
    const legalAgain = { ...who('manager'), id: 'manager-b', sameAs: ['legal'] };
    expect(claim.onSeat(legalAgain, { verb: 'complete', outcome: 'approve' })).toBe('ALREADY_SIGNED');
    const small = { ...who('manager'), authority: yuan(199_999) };
    expect(claim.onSeat(small, { verb: 'complete', outcome: 'approve' })).toBe('AUTHORITY_EXCEEDED');
    expect(claim.sign('manager')).toBeUndefined();
    expect(claim.world.at(claim.latest()).status).toBe('closed');
    expect(followAfter()).toEqual(['paying', 'idle']);
    expect(claim.world.left.at(-1)).toMatchObject({ type: 'callService', service: 'pay' });
  });

  it('is asked anew, by the new plan, where the subject changes under the next version', () => {
    claim.sign('legal');
    const first = claim.latest();
    goOnWith('claim-1', next);
    const amount = yuan(250_000)[0] ?? null;
    expect(
      claim.world.send('claim-1', { type: 'event', event: 'amend', by: who('adjuster'), data: { amount } }),
    ).toBeUndefined();
    expect(claim.world.at(first).machine.states).toEqual(['cancelled']);
    expect(claim.latest()).not.toBe(first);
    expect(claim.world.at(claim.latest()).signing?.approval.step).toBe('finance');
    claim.sign('finance');
    claim.sign('manager');
    expect(followAfter()).toEqual(['paying', 'idle']);
  });

  it('comes back to who proposed, and goes on beside what the new version adds', () => {
    goOnWith('claim-1', next);
    expect(
      claim.world.send('claim-1', { type: 'event', event: 'note', by: who('adjuster'), data: { note: 'n' } }),
    ).toBeUndefined();
    expect(followAfter()).toEqual(['approving', 'noted']);
    goOnWith(claim.latest(), newest);
    expect(claim.sign('legal', 'reject')).toBeUndefined();
    expect(followAfter()).toEqual(['draft']);
  });

  it('is cancelled by leaving, and its late answer changes nothing', () => {
    const first = claim.latest();
    goOnWith('claim-1', next);
    goOnWith(first, newest);
    expect(
      claim.world.send('claim-1', { type: 'event', event: 'drop', by: who('adjuster') }),
    ).toBeUndefined();
    expect(claim.world.at(first).machine.states).toEqual(['cancelled']);
    expect(claim.sign('legal')).toBe('CASE_CLOSED');
    expect(followAfter()).toEqual(['draft']);
  });
});
