import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { factLookups } from '../../api/fact-lookups.ts';
import { publishDefinition } from '../../db/own/definitions.ts';
import { getCase } from '../../db/read/get-case.ts';
import { cases } from '../../db/schema/index.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { Facts } from '../../machines/kernel/command.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { approvedSince } from '../../machines/kernel/policy/party-total.ts';
import type { LedgerLine } from '../../machines/kernel/state.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { drive, feel, minute } from '../kernel/case-driver.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

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

describe('the reserves of a claim’s exposures', () => {
  const newest = shippedDefinitions().findLast(({ id }) => id === 'exposure') as DefinitionDocument;
  // As shipped, but for who opens one: here there is no claim that would.
  const exposure = { ...newest, version: '99.0.0', open: { by: ['manager'] } };
  let api: Awaited<ReturnType<typeof startTestApi>>;
  beforeAll(async () => {
    api = await startTestApi();
    await publishDefinition(api.store, embeddedTenant, {
      ...{ id: exposure.id, version: exposure.version, hash: definitionHash(exposure) },
      document: exposure as unknown as JsonObject,
      runtime: runtimePart(exposure),
    });
  });
  afterAll(() => api.stop());

  const yuan = (amount: number, currency = 'CNY') => ({ amount: amount * 100, currency });
  const opened = async (person: string, definition: string, data: object, links: object[] = []) => {
    const { status, body } = await api.call(person, 'POST', '/v1/cases', { definition, data, links });
    expect([status, body.code]).toEqual([201, undefined]);
    return body.caseId as string;
  };
  let claims = 0;
  /** A claim with an exposure for each reserve; a number is so many yuan. */
  const reserved = async (...reserves: (number | object)[]): Promise<string[]> => {
    const claim = await opened('agent', 'claim', {
      ...{ policyNumber: `R-${++claims}`, lossKind: 'motor', lossOn: '2026-03-01', description: 'Hail' },
      reporter: { name: 'Li Si', phone: `1360000000${claims}` },
    });
    const ids: string[] = [];
    for (const each of reserves) {
      const reserve = typeof each === 'number' ? yuan(each) : each;
      const data = { coverage: 'vehicle-damage', claimant: 'insured', reserve };
      const caseId = await opened('manager', 'exposure', data, [{ rel: 'part-of', caseId: claim }]);
      await api.cases.send(
        { tenant: embeddedTenant, caseId: claim },
        {
          ...{ type: 'link', rel: 'part-of', caseId, id: `${caseId}.linked` },
          facts: { actor: { id: 'system', roles: ['system'] } },
        },
        { deadlineMs: Number.POSITIVE_INFINITY },
      );
      ids.push(caseId);
    }
    return ids;
  };
  const set = async (person: string, caseId: string | undefined, reserve: object): Promise<string> => {
    const { status, body } = await api.call(person, 'POST', `/v1/cases/${caseId}/events`, {
      ...{ type: 'reserve.set', data: { reserve }, reason: 'The repairer says so.' },
    });
    return status === 200 ? 'taken' : body.code;
  };

  it('count together: split over two, what is above one’s limit is refused and recorded', async () => {
    const [one, other] = await reserved(4_000, 4_000);
    // An adjuster sets reserves up to ¥10,000.
    expect(await set('adjuster', one, yuan(6_000))).toBe('taken');
    expect(await set('adjuster', other, yuan(4_001))).toBe('AUTHORITY_EXCEEDED');
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      ...{ type: 'command.refused', actorId: 'adjuster', subject: { id: other } },
      detail: { code: 'AUTHORITY_EXCEEDED' },
    });
    expect(await set('lead', other, yuan(44_000))).toBe('taken');
    expect(await set('lead', one, yuan(6_001))).toBe('AUTHORITY_EXCEEDED');
    // Whoever may set one may lower it, from above their limit too, and not raise it back.
    expect(await set('adjuster', other, yuan(43_000))).toBe('taken');
    expect(await set('adjuster', other, yuan(43_001))).toBe('AUTHORITY_EXCEEDED');
    expect(await set('lead', other, yuan(1, 'USD'))).toBe('EVENT_NOT_ALLOWED');
  });

  it('in two currencies do not add up: raised they are by nobody, lowered by whoever may set them', async () => {
    const [yuans, dollars] = await reserved(1_000, yuan(1_000, 'USD'));
    expect(await set('manager', yuans, yuan(1_001))).toBe('AUTHORITY_EXCEEDED');
    expect(await set('manager', dollars, yuan(1_001, 'USD'))).toBe('AUTHORITY_EXCEEDED');
    expect(await set('adjuster', dollars, yuan(999, 'USD'))).toBe('taken');
  });

  it('count together at the same moment too: of two that pass alone one is refused', async () => {
    const both = await reserved(1_000, 1_000);
    const answers = await Promise.all(both.map((each) => set('adjuster', each, yuan(6_000))));
    expect(answers.toSorted()).toEqual(['AUTHORITY_EXCEEDED', 'taken']);
  });
});
