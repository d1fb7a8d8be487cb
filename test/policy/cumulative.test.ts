import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factLookups } from '../../api/fact-lookups.ts';
import { getCase } from '../../db/read/get-case.ts';
import { cases } from '../../db/schema/index.ts';
import type { Facts } from '../../machines/kernel/command.ts';
import { approvedSince } from '../../machines/kernel/policy/party-total.ts';
import type { LedgerLine } from '../../machines/kernel/state.ts';
import { drive, feel, minute } from '../kernel/case-driver.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: authority is judged by what a claim and a party get in all, so that splitting an amount gains nothing.

const now = Date.parse('2026-06-30T00:00:00Z');
const line = (amount: number, on: string, changes: Partial<LedgerLine> = {}): LedgerLine => ({
  ...{ n: 1, line: 'approved', amount: { amount, currency: 'CNY' } },
  ...{ at: `${on}T00:00:00.000Z`, actorId: 'lead', ...changes },
});

describe('what was approved for a party', () => {
  it('is the sum over its matters since that day, of what was approved alone', () => {
    const ledgers = [
      [line(100, '2026-06-01'), line(7, '2026-06-01', { line: 'paid' })],
      [line(50, '2026-04-01'), line(1_000, '2026-03-31')],
    ];
    expect(approvedSince(ledgers, '2026-04-01T00:00:00.000Z')).toEqual({ amount: 150, currency: 'CNY' });
    expect(approvedSince([], '2026-04-01T00:00:00.000Z')).toEqual({ amount: 0, currency: 'XXX' });
  });

  it('is nothing that anybody has a limit for where the currencies differ', () => {
    const dollars = line(1, '2026-06-01', { amount: { amount: 1, currency: 'USD' } });
    expect(approvedSince([[line(1, '2026-06-01')], [dollars]], '2026-01-01T00:00:00.000Z').currency).toBe(
      'XXX',
    );
  });
});

describe('the fact partyTotals', () => {
  type Api = Awaited<ReturnType<typeof startTestApi>>;
  let api: Api;
  beforeAll(async () => {
    api = await startTestApi({ now: () => now });
  });
  afterAll(() => api.stop());

  const claim = async (phone: string, policyNumber: string, ledger: LedgerLine[]): Promise<string> => {
    const { status, body } = await api.call('agent', 'POST', '/v1/cases', {
      definition: 'claim',
      data: {
        ...{ policyNumber, lossKind: 'motor', lossOn: '2026-06-20', plate: `京A${policyNumber}` },
        ...{ description: 'Hit a post', reporter: { name: 'Li Si', phone } },
      },
    });
    expect(status).toBe(201);
    const { caseId } = body;
    const row = await getCase(api.store, { tenant: 'default', caseId });
    if (!row) throw new Error('There is no such case');
    await api.store.write((db) =>
      db
        .update(cases)
        .set({ state: { ...row.state, ledger } })
        .where(and(eq(cases.tenant, 'default'), eq(cases.caseId, caseId)))
        .run(),
    );
    return caseId;
  };
  const totals = async (caseId: string, changes: object = {}) => {
    const row = await getCase(api.store, { tenant: 'default', caseId });
    if (!row) throw new Error('There is no such case');
    const sources = { store: api.store, vault: api.vault, now: () => now };
    return factLookups.partyTotals?.(
      sources,
      { ...row.state, ...changes },
      {
        actor: { id: 'lead', roles: ['lead'] },
      },
    );
  };

  it('adds up all claims of one person in 90 days, however the number is written, and nobody else’s', async () => {
    const first = await claim('137 0000-3333', 'P-1', [line(400, '2026-06-21')]);
    const second = await claim('13700003333', 'P-2', [line(300, '2026-05-01'), line(900, '2026-03-01')]);
    const third = await claim('+86 137—0000，33\u200b33', 'P-6', [line(50, '2026-06-22')]);
    await claim('13799999999', 'P-3', [line(5_000, '2026-06-21')]);
    const all = { approved: { amount: 750, currency: 'CNY' }, cases: 3 };
    expect(await totals(first)).toEqual(all);
    expect(await totals(second)).toEqual(all);
    expect(await totals(third)).toEqual(all);
  });

  it('is the claim’s for an exposure of it', async () => {
    const owner = await claim('13800008888', 'P-4', [line(250, '2026-06-21')]);
    const other = await claim('13800008888', 'P-5', [line(50, '2026-06-22')]);
    const exposure = {
      ...{ caseId: 'exposure-1', kind: 'exposure', data: {}, ledger: [] },
      links: [{ rel: 'part-of', caseId: owner }],
    };
    expect(await totals(other, exposure)).toEqual({ approved: { amount: 300, currency: 'CNY' }, cases: 2 });
  });
});

describe('an approval judged by it', () => {
  it('is refused to who could approve each part alone', () => {
    const total = 'facts.partyTotals.approved';
    const definition = {
      events: {
        approve: {
          by: ['lead'],
          authority: feel(
            `{amount: ${total}.amount + 300, currency: if ${total}.amount = 0 then "CNY" else ${total}.currency}`,
          ),
        },
      },
      machine: { initial: 'work', states: { work: { on: { approve: { actions: [] } } } } },
    };
    const approve = (amount: number, currency = 'CNY') => {
      const facts: Facts = {
        actor: { id: 'lead', roles: ['lead'], authority: [{ amount: 1_000, currency: 'CNY' }] },
        partyTotals: { approved: { amount, currency }, cases: 3 },
      };
      return drive(definition).send({ type: 'event', event: 'approve', facts }, minute(1));
    };
    expect(approve(0, 'XXX')).toEqual(['approve']);
    expect(approve(700)).toEqual(['approve']);
    expect(approve(701)).toBe('AUTHORITY_EXCEEDED');
    expect(approve(1, 'XXX')).toBe('AUTHORITY_EXCEEDED');
    expect(approve(1, 'USD')).toBe('AUTHORITY_EXCEEDED');
  });
});
