import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedTenant as tenant } from '../../api/embedded-tenant.ts';
import { publishDefinition } from '../../db/own/definitions.ts';
import { endPartyLease, takePartyLease } from '../../db/own/party-leases.ts';
import { searchHmac } from '../../db/vault/search.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import { feel } from '../kernel/case-driver.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: of two decisions about one party at the same moment, in different cases, the second sees what the first
// approved, so that a limit is not passed twice.

const title = (zh: string, en: string) => ({ zh, en });
const money = {
  ...{ type: 'object', title: title('金额', 'Amount'), required: ['amount', 'currency'] },
  properties: {
    amount: { type: 'integer', title: title('金额', 'Amount') },
    currency: { type: 'string', title: title('币种', 'Currency') },
  },
  additionalProperties: false,
};
const phone = { type: 'string', title: title('电话', 'Phone'), 'x-personal': true };
const total = 'facts.partyTotals.approved';
const authority = feel(`{amount: ${total}.amount + data.amount.amount, currency: data.amount.currency}`);

const grant = DefinitionDocument.parse({
  ...{ id: 'grant', version: '1.0.0', kind: 'claim', title: title('补助', 'Grant'), calendar: 'always' },
  open: { by: ['lead'] },
  data: {
    type: 'object',
    properties: {
      amount: money,
      reporter: {
        ...{ type: 'object', title: title('报案人', 'Reporter'), additionalProperties: false },
        properties: { phone },
      },
    },
    required: ['amount', 'reporter'],
    additionalProperties: false,
  },
  facts: {
    partyTotals: {
      ...{ type: 'object', title: title('合计', 'In all'), additionalProperties: false },
      properties: { approved: money, cases: { type: 'integer', title: title('件数', 'Cases') } },
      required: ['approved', 'cases'],
    },
  },
  events: {
    approve: { title: title('批准', 'Approve'), by: ['lead'], authority },
    'approve-part': { title: title('部分批准', 'Approve a part'), by: ['lead'], authority },
  },
  machine: {
    initial: 'open',
    states: {
      open: {
        title: title('待批', 'Open'),
        on: {
          approve: {
            target: 'approved',
            actions: [{ type: 'ledger', line: 'approved', add: feel('data.amount') }],
          },
          'approve-part': { actions: [{ type: 'ledger', line: 'approved', add: feel('data.amount') }] },
        },
      },
      approved: { title: title('已批', 'Approved'), type: 'final' },
    },
  },
});

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi();
  await publishDefinition(api.store, tenant, {
    ...{ id: grant.id, version: grant.version, hash: definitionHash(grant) },
    document: JSON.parse(JSON.stringify(grant)),
    runtime: runtimePart(grant),
  });
});
afterAll(() => api.stop());

const opened = async (phone: string): Promise<string> => {
  // A lead decides up to ¥50,000.
  const data = { amount: { amount: 30_000_00, currency: 'CNY' }, reporter: { phone } };
  const { status, body } = await api.call('lead', 'POST', '/v1/cases', { definition: 'grant', data });
  expect([status, body.code]).toEqual([201, undefined]);
  return body.caseId;
};
const approve = async (caseId: string) =>
  api.call('lead', 'POST', `/v1/cases/${caseId}/events`, { type: 'approve' });

it('of many at once one passes, and each refusal is a record', async () => {
  const cases = await Promise.all(Array.from({ length: 6 }, () => opened('13700001111')));
  const answers = await Promise.all(cases.map(approve));
  expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`).toSorted()).toEqual([
    '200 ',
    ...Array.from({ length: 5 }, () => '409 AUTHORITY_EXCEEDED'),
  ]);
  expect(recordsOf(api.store).filter(({ type }) => type === 'command.refused')).toHaveLength(5);
});

it('of two about the same case the second sees what the first approved as well', async () => {
  const caseId = await opened('13700006666');
  const part = () => api.call('lead', 'POST', `/v1/cases/${caseId}/events`, { type: 'approve-part' });
  const answers = await Promise.all([part(), part()]);
  expect(answers.map(({ body }) => body.code ?? '').toSorted()).toEqual(['', 'AUTHORITY_EXCEEDED']);
});

it('others are decided meanwhile; a holder that died keeps nobody off for ever', async () => {
  const parties = [`party:${searchHmac(api.vault, tenant, '13700002222')}`];
  const nowMs = Date.now();
  const dead = { tenant, parties, commandId: 'dead' };
  expect(await takePartyLease(api.store, dead, { nowMs, untilMs: nowMs + 60_000 })).toBe(true);
  const [held, free] = [await opened('137-0000-2222'), await opened('13700003333')];
  const order: string[] = [];
  const waiting = approve(held).then((answer) => {
    order.push('held');
    return answer;
  });
  expect((await approve(free)).status).toBe(200);
  order.push('free');
  api.store.sqlite.prepare('UPDATE party_leases SET until_ms = ? WHERE command_id = ?').run(nowMs, 'dead');
  expect((await waiting).status).toBe(200);
  expect(order).toEqual(['free', 'held']);
});

it('where the entry is not stored yet others wait: what was approved cannot be seen', async () => {
  const [first, second] = [await opened('13700004444'), await opened('13700004444')];
  api.cases.holdProjection(true);
  expect((await approve(first)).status).toBe(202);
  api.cases.holdProjection(false);
  const parties = [`party:${searchHmac(api.vault, tenant, '13700004444')}`];
  const times = { nowMs: Date.now(), untilMs: Date.now() + 1 };
  expect(await takePartyLease(api.store, { tenant, parties, commandId: 'other' }, times)).toBe(false);
  const nowMs = times.nowMs + 30_000;
  expect(
    await takePartyLease(api.store, { tenant, parties, commandId: 'later' }, { nowMs, untilMs: nowMs + 1 }),
  ).toBe(true);
  await endPartyLease(api.store, { tenant, commandId: 'later' });
  expect((await approve(second)).status).toBe(200);
});

it('where nobody knows whether it was taken others wait as well; a refusal lets them go on', async () => {
  const phone = '13700005555';
  const parties = [`party:${searchHmac(api.vault, tenant, phone)}`];
  const isFree = () => {
    const times = { nowMs: Date.now(), untilMs: Date.now() };
    return takePartyLease(api.store, { tenant, parties, commandId: 'other' }, times);
  };
  const [first, second, third] = [await opened(phone), await opened(phone), await opened(phone)];
  expect((await approve(first)).status).toBe(200);
  expect((await approve(second)).body.code).toBe('AUTHORITY_EXCEEDED');
  expect(await isFree()).toBe(true);
  api.cases.failWith('broken');
  expect((await approve(third)).body.code).toBe('ENGINE_AWAY');
  api.cases.failWith(undefined);
  expect(await isFree()).toBe(false);
});
