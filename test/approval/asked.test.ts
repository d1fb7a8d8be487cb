import { beforeEach, describe, expect, it } from 'vitest';
import { isOpen } from '../../machines/kernel/approval/approval.ts';
import { childCaseId } from '../../machines/kernel/ask-approval.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import type { Json, Money } from '../../machines/kernel/json.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { feel } from '../kernel/case-driver.ts';
import { type LinkedCases, linkedCases } from './linked-cases.ts';
import { settlement, who, yuan } from './settlement.ts';

// Guarantee: a state asks several people and goes on with their answer, only while what they signed is what is there.

let now = 0;
let world: LinkedCases;
const approvals = (): string[] => [...world.cases.keys()].filter((id) => !id.startsWith('claim-'));
const latest = (): string => approvals().at(-1) ?? '';
const openTask = (): string => {
  const [taskId] = Object.entries(world.at(latest()).tasks).find(([, { status }]) => status === 'open') ?? [];
  return taskId ?? '';
};
const sign = (id: string, outcome = 'approve'): string | undefined =>
  world.send(latest(), {
    ...{ type: 'task', taskId: openTask(), verb: 'complete', outcome, by: who(id) },
    ...(outcome === 'reject' ? { reason: true as const } : {}),
  });

beforeEach(() => {
  now = Date.UTC(2026, 2, 2, 2);
  world = linkedCases(() => {
    now += 1_000;
    return new Date(now).toISOString();
  });
  world.open(settlement, 'claim-1', who('adjuster'), { amount: yuan(200_000)[0] ?? null });
  world.send('claim-1', { type: 'event', event: 'propose', by: who('adjuster') });
});

describe('a decision that a case asks for', () => {
  it('is made step by step, answers, and lets the payer pay', () => {
    expect(world.at(latest()).machine.states).toEqual(['deciding']);
    expect(sign('adjuster')).toBe('ROLE_REQUIRED');
    expect(sign('legal')).toBeUndefined();
    expect(sign('lead')).toBe('ROLE_REQUIRED');
    expect(sign('manager')).toBeUndefined();
    expect(world.at(latest())).toMatchObject({ status: 'closed', machine: { states: ['approved'] } });
    expect(world.at('claim-1').machine.states).toEqual(['paying', 'idle']);
    expect(world.left).toMatchObject([
      { type: 'assignTask', role: 'legal', notPersons: ['adjuster', 'payee-1'] },
      { type: 'assignTask', role: 'manager', atLeast: { amount: 20_000_000 }, seat: '1.amount.1' },
      { type: 'callService', service: 'pay' },
    ]);
    expect(world.types('claim-1')).toContain('approval.answered');
    expect(world.types(latest())).toEqual(['case.opened', 'seat.approved', 'seat.approved']);
    for (const { entries } of world.cases.values()) {
      expect(verifyChain(entries)).toEqual({ ok: true });
    }
  });

  it('goes back to the proposer when legal says no, and is asked for anew', () => {
    expect(
      world.send(latest(), {
        type: 'task',
        taskId: openTask(),
        verb: 'complete',
        outcome: 'reject',
        by: who('legal'),
      }),
    ).toBe('REASON_REQUIRED');
    expect(sign('legal', 'reject')).toBeUndefined();
    expect(world.at('claim-1').machine.states).toEqual(['draft']);
    world.send('claim-1', { type: 'event', event: 'propose', by: who('adjuster') });
    expect(approvals()).toHaveLength(2);
    expect(world.at(latest()).machine.states).toEqual(['deciding']);
  });

  it('begins anew when what is signed changes, and who changed it may not decide', () => {
    sign('legal');
    const first = latest();
    world.send('claim-1', { type: 'event', event: 'note', by: who('adjuster'), data: { note: 'n' } });
    expect(latest()).toBe(first);
    world.send('claim-1', {
      ...{ type: 'event', event: 'amend', by: who('lead') },
      data: { amount: yuan(40_000)[0] ?? null },
    });
    expect(world.at(first).machine.states).toEqual(['cancelled']);
    expect(latest()).not.toBe(first);
    sign('legal');
    expect(sign('lead')).toBe('FOUR_EYES');
    expect(Object.values(world.at(latest()).tasks).at(-1)?.role).toBe('lead');
    expect(sign('adjuster')).toBe('ROLE_REQUIRED');
  });

  it('drops an answer to what is no more asked', () => {
    sign('legal');
    const first = latest();
    const release = world.hold();
    sign('manager');
    world.send('claim-1', { type: 'event', event: 'drop', by: who('adjuster') });
    release();
    expect(world.at(first).machine.states).toEqual(['approved']);
    expect(world.at('claim-1').machine.states).toEqual(['draft']);
    expect(world.types('claim-1').at(-1)).toBe('message.dropped');
  });

  it('counts for nothing where a clock has changed what was signed, and is asked for anew', () => {
    const timed = structuredClone(settlement);
    const { deciding } = (timed.machine.states?.both?.states ?? {}) as { deciding: typeof timed.machine };
    const approving = deciding.states?.approving as NonNullable<typeof deciding.states>[string];
    approving.after = { PT1H: { actions: [{ type: 'assign', set: { 'amount.amount': 1 } }] } };
    world.open(timed, 'claim-3', who('adjuster'), { amount: yuan(200_000)[0] ?? null });
    world.send('claim-3', { type: 'event', event: 'propose', by: who('adjuster') });
    const first = latest();
    sign('legal');
    now += 3_600_000;
    expect(sign('manager')).toBeUndefined();
    expect(world.at(first).machine.states).toEqual(['approved']);
    expect(world.at('claim-3').machine.states).toEqual(['approving', 'idle']);
    expect(world.at('claim-3').approved).toBeUndefined();
    expect(world.types('claim-3')).toContain('message.dropped');
    expect(latest()).not.toBe(first);
    expect(world.at(latest()).signing?.approval.amount).toEqual({ amount: 1, currency: 'CNY' });
  });

  it('is answered by nobody but the approval that was asked', () => {
    const { services } = world.at('claim-1');
    const [[invokeId, running] = ['', undefined]] = Object.entries(services);
    const data = {
      request: { approval: 'settlement', invokeId, visit: running?.visit ?? 0 },
      ...{ subjectHash: running?.subjectHash ?? '', outcome: 'approved' },
    };
    const { compiled, state } = world.cases.get('claim-1') as NonNullable<
      ReturnType<LinkedCases['cases']['get']>
    >;
    expect(childCaseId('acme', running?.effectId ?? '')).toBe(latest());
    world.cases.set('forger', { compiled, state: { ...state, caseId: 'forger' }, entries: [] });
    const forged = {
      ...{ type: 'message', event: 'approval.answered', data, by: { id: 'forger', roles: ['case'] } },
      from: { caseId: 'forger', epoch: 1, seq: 1, headHash: '' },
    };
    world.send('claim-1', forged as never);
    expect(world.types('claim-1').at(-1)).toBe('message.dropped');
    expect(world.at('claim-1').machine.states).toEqual(['approving', 'idle']);
  });

  it('climbs the ladder where nobody may take a seat, up to compliance', () => {
    sign('legal');
    const climb = () =>
      world.send(latest(), {
        type: 'task',
        taskId: openTask(),
        verb: 'climb',
        by: { id: 'system', roles: ['system'] },
      });
    expect(
      world.send(latest(), { type: 'task', taskId: openTask(), verb: 'climb', by: who('manager') }),
    ).toBe('ROLE_REQUIRED');
    expect(climb()).toBeUndefined();
    expect(Object.values(world.at(latest()).tasks).at(-1)).toMatchObject({
      role: 'compliance',
      status: 'open',
    });
  });

  it('is delegated within the lender’s limit, for a time, and not further', () => {
    sign('legal');
    const until = new Date(now + 3_600_000).toISOString();
    const lend = (by: string, to: string) =>
      world.send(latest(), {
        type: 'task',
        taskId: openTask(),
        verb: 'delegate',
        to: who(to),
        until,
        by: who(by),
      });
    expect(lend('manager', 'adjuster')).toBe('FOUR_EYES');
    expect(lend('manager', 'legal')).toBe('ALREADY_SIGNED');
    expect(lend('manager', 'legal-2')).toBeUndefined();
    expect(lend('legal-2', 'finance')).toBe('DELEGATION_CHAINED');
    expect(sign('finance')).toBe('TASK_TAKEN');
    expect(sign('legal-2')).toBeUndefined();
    const { seats } = world.at(latest()).signing?.approval ?? { seats: [] };
    expect(seats.at(-1)?.decision).toMatchObject({ actorId: 'legal-2', onBehalfOfId: 'manager' });
  });

  it('asks for a second factor above the amount that its plan names, whatever is done on the seat', () => {
    const guarded = structuredClone(settlement);
    const asked = guarded.approvals?.settlement as NonNullable<typeof guarded.approvals>[string];
    asked.plan.secondFactorAbove = yuan(100_000);
    const proposed = (caseId: string, amount: Money) => {
      world.open(guarded, caseId, who('adjuster'), { amount: amount as unknown as Json });
      world.send(caseId, { type: 'event', event: 'propose', by: who('adjuster') });
    };
    const until = new Date(now + 3_600_000).toISOString();
    const verbs = [
      { verb: 'complete', outcome: 'approve' },
      { verb: 'complete', outcome: 'reject', reason: true },
      { verb: 'delegate', to: who('legal-2'), until },
      { verb: 'add-signer', to: who('finance'), position: 'before' },
    ] as const;
    const use = (verb: (typeof verbs)[number], by: Actor) =>
      world.send(latest(), { type: 'task', taskId: openTask(), ...verb, by });

    proposed('claim-4', { amount: 10_000_001, currency: 'CNY' });
    for (const verb of verbs) {
      expect(use(verb, who('legal'))).toBe('SECOND_FACTOR_REQUIRED');
      // Who has no right to the seat is told that, and not what would be missing else.
      expect(use(verb, { ...who('finance'), secondFactor: true })).toBe('ROLE_REQUIRED');
    }
    expect(use(verbs[3], { ...who('legal'), secondFactor: true })).toBeUndefined();
    const removed = (by: Actor) =>
      world.send(latest(), {
        ...{ type: 'task', verb: 'remove-signer', to: who('finance'), by },
        taskId: openTask(),
      });
    expect(removed(who('legal'))).toBe('SECOND_FACTOR_REQUIRED');
    expect(removed({ ...who('legal'), secondFactor: true })).toBeUndefined();
    expect(use(verbs[0], { ...who('legal'), secondFactor: true })).toBeUndefined();

    proposed('claim-5', { amount: 10_000_000, currency: 'CNY' });
    expect(use(verbs[0], who('legal'))).toBeUndefined();
    // What cannot be compared is no small amount.
    proposed('claim-6', { amount: 1, currency: 'USD' });
    expect(use(verbs[0], who('legal'))).toBe('SECOND_FACTOR_REQUIRED');
  });

  it('asks one more signer first, and is recalled only while nobody has decided', () => {
    const added = world.send(latest(), {
      ...{ type: 'task', taskId: openTask(), verb: 'add-signer', to: who('finance'), by: who('legal') },
      position: 'before',
    });
    expect(added).toBeUndefined();
    const { approval } = world.at(latest()).signing ?? {};
    expect(approval?.seats.filter((seat) => isOpen(approval, seat)).map(({ id }) => id)).toEqual([
      '1.legal.+1',
    ]);
    expect(sign('finance')).toBeUndefined();
    expect(
      world.send(latest(), {
        type: 'task',
        taskId: openTask(),
        verb: 'withdraw',
        by: who('adjuster'),
        reason: true,
      }),
    ).toBe('RECALL_TOO_LATE');
    expect(sign('legal')).toBeUndefined();
    expect(world.at(latest()).signing?.approval.step).toBe('amount');
  });

  const recuse = (caseId: string, id: string, from = who('manager')) =>
    world.send(caseId, {
      ...{ type: 'recusal', verb: 'recuse', person: { id, sameAs: [`${id}-b`] }, because: 'recused' },
      ...{ reason: true, by: from },
    } as never);
  const barredBy = (caseId: string, id: string) =>
    world.send(latest(), {
      ...{ type: 'message', event: 'approval.barred', data: { personId: id, because: 'recused', by: 'x' } },
      ...{ by: { id: caseId, roles: ['case'] }, from: { caseId, epoch: 1, seq: 1, headHash: '' } },
    } as never);

  it('keeps out whom the asking case takes out of the matter while it is decided, and before', () => {
    expect(recuse('claim-1', 'legal')).toBeUndefined();
    expect(world.types(latest()).at(-1)).toBe('approval.barred');
    const { barred } = world.at(latest()).signing?.approval ?? {};
    expect(barred).toEqual(['payee-1', 'legal', 'legal-b']);
    expect(world.at(latest()).excluded).toMatchObject({ legal: { because: 'recused', by: 'manager' } });
    expect(sign('legal')).toBe('CONFLICT_OF_INTEREST');
    expect(sign('legal-2')).toBeUndefined();
    // Asked anew, it begins without them; and what has ended is told nothing.
    const first = latest();
    world.send('claim-1', { type: 'event', event: 'drop', by: who('adjuster') });
    const told = world.types(first).length;
    expect(recuse('claim-1', 'finance')).toBeUndefined();
    expect(world.types(first)).toHaveLength(told);
    world.send('claim-1', { type: 'event', event: 'propose', by: who('adjuster') });
    expect(latest()).not.toBe(first);
    expect(world.at(latest()).signing?.approval.barred).toEqual([
      ...['payee-1', 'legal', 'legal-b', 'finance', 'finance-b'],
    ]);
  });

  it('is told by nobody but the asking case whom to keep out', () => {
    expect(barredBy('claim-9', 'legal')).toBeUndefined();
    expect(world.types(latest()).at(-1)).toBe('message.dropped');
    expect(sign('legal')).toBeUndefined();
  });

  it('asks the rung above where a seat names somebody who is out of the matter, now or later', () => {
    const named = structuredClone(settlement);
    const asked = named.approvals?.settlement as NonNullable<typeof named.approvals>[string];
    asked.plan.steps = [
      { id: 'one', rule: 'any', signers: [{ personId: 'legal' }] },
      { id: 'two', rule: 'any', signers: [{ personId: 'finance' }] },
    ];
    world.open(named, 'claim-7', who('adjuster'), { amount: yuan(20_000)[0] ?? null });
    world.send('claim-7', { type: 'event', event: 'propose', by: who('adjuster') });
    expect(world.at(latest()).tasks[openTask()]).toMatchObject({ role: 'signer', assignee: 'legal' });
    recuse('claim-7', 'finance');
    recuse('claim-7', 'legal');
    expect(world.at(latest()).tasks[openTask()]).toMatchObject({ role: 'lead', assignee: null });
    expect(world.left.at(-1)).toMatchObject({ type: 'assignTask', role: 'lead', taskId: openTask() });
    expect(sign('legal')).toBe('CONFLICT_OF_INTEREST');
    expect(sign('lead')).toBeUndefined();
    expect(world.at(latest()).tasks[openTask()]).toMatchObject({ role: 'lead', assignee: null });
    expect(sign('lead')).toBe('ALREADY_SIGNED');
  });

  it('is the lender’s again once a delegation is over', () => {
    sign('legal');
    const until = new Date(now + 3_600_000).toISOString();
    const taskId = openTask();
    const lent = { type: 'task', taskId, verb: 'delegate', to: who('legal-2'), until } as const;
    expect(world.send(latest(), { ...lent, by: who('manager') })).toBeUndefined();
    expect(world.at(latest()).tasks[taskId]?.assignee).toBe('legal-2');
    now += 3_600_000;
    expect(sign('legal-2')).toBe('ROLE_REQUIRED');
    // Whatever moves the case next does not give it back to them.
    const asked = {
      type: 'task',
      taskId,
      verb: 'add-signer',
      to: who('finance'),
      position: 'after',
    } as const;
    expect(world.send(latest(), { ...asked, by: who('manager') })).toBeUndefined();
    expect(world.at(latest()).tasks[taskId]?.assignee).not.toBe('finance');
    expect(sign('manager')).toBeUndefined();
    const { decision } =
      world.at(latest()).signing?.approval.seats.find(({ step }) => step === 'amount') ?? {};
    expect(decision).toMatchObject({ actorId: 'manager' });
    expect(decision?.onBehalfOfId).toBeUndefined();
  });

  it('is recalled by its proposer, and nobody else', () => {
    const recall = (by: string) =>
      world.send(latest(), { type: 'task', taskId: openTask(), verb: 'withdraw', by: who(by), reason: true });
    expect(recall('legal')).toBe('ROLE_REQUIRED');
    expect(recall('adjuster')).toBeUndefined();
    expect(world.at('claim-1').machine.states).toEqual(['refused', 'idle']);
  });

  it('pays nothing that was changed after it was approved', () => {
    const changed = structuredClone(settlement);
    const { deciding } = (changed.machine.states?.both?.states ?? {}) as { deciding: typeof changed.machine };
    const approving = deciding.states?.approving as NonNullable<typeof deciding.states>[string];
    const amount = { amount: 1, currency: 'CNY' };
    (approving.invoke as { onDone: unknown[] }).onDone[0] = {
      target: 'paying',
      guard: feel('event.outcome = "approved"'),
      actions: [{ type: 'assign', set: { amount } }],
    };
    world.open(changed, 'claim-2', who('adjuster'), { amount: yuan(200_000)[0] ?? null });
    world.send('claim-2', { type: 'event', event: 'propose', by: who('adjuster') });
    sign('legal');
    sign('manager');
    expect(world.at('claim-2').machine.states).toEqual(['paying', 'idle']);
    expect(world.at('claim-2').incidents).toMatchObject([{ code: 'APPROVAL_STALE', status: 'open' }]);
    expect(world.left.some(({ type }) => type === 'callService')).toBe(false);
  });
});
