import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { publishDefinition } from '../../db/own/definitions.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import shipped from '../../machines/library/approval/1.1.0.json' with { type: 'json' };
import { type ApprovalApi, startApprovalApi } from './approval-api.ts';
import { payout } from './payout.ts';

// Guarantee: what waits for somebody to decide is listed, whatever kind of case a company has made of its approvals; not
// what is out of their sight; and the list asks the store no oftener for many than for few.

let api: ApprovalApi;
beforeAll(async () => {
  api = await startApprovalApi();
});
afterAll(() => api.stop());

const waiting = async (person: string): Promise<{ [field: string]: unknown }[]> =>
  (await api.call(person, 'GET', '/v1/approvals')).body.items;
const publish = (document: DefinitionDocument): Promise<boolean> =>
  publishDefinition(api.store, embeddedTenant, {
    ...{ id: document.id, version: document.version, hash: definitionHash(document) },
    document: document as unknown as JsonObject,
    runtime: runtimePart(document),
  });

test('a decision of a company’s own definition, of another kind, is listed and approved like any', async () => {
  await publish(DefinitionDocument.parse({ ...shipped, id: 'consent', version: '1.0.0', kind: 'consent' }));
  const { settlement } = payout.approvals ?? {};
  await publish(
    DefinitionDocument.parse({
      ...{ ...payout, id: 'payout-by-consent' },
      approvals: { settlement: { ...settlement, definition: 'consent' } },
    }),
  );
  const { body } = await api.call('adjuster', 'POST', '/v1/cases', {
    ...{ definition: 'payout-by-consent', data: { amount: { amount: 20_000_00, currency: 'CNY' } } },
  });
  await api.call('adjuster', 'POST', `/v1/cases/${body.caseId}/events`, { type: 'propose' });
  const approval = await api.approvalOf(body.caseId);
  const { kind, tasks } = (await api.call('manager', 'GET', `/v1/cases/${approval}`)).body;
  const title = { zh: '审批中', en: 'Being decided' };
  expect([kind, tasks]).toMatchObject(['consent', [{ title, outcomes: ['approve', 'reject'] }]]);
  const [listed] = (await api.call('legal', 'GET', '/v1/tasks?view=mine')).body.items;
  expect(listed).toMatchObject({ caseId: approval, title });
  const [item] = await waiting('legal');
  expect(item).toEqual({
    ...{ caseId: approval, taskId: expect.any(String), number: expect.stringMatching(/^AP-/) },
    ...{ title: { zh: '赔付审批', en: 'Approval of the payout' }, proposer: 'Demo adjuster' },
    ...{ amount: { amount: 20_000_00, currency: 'CNY' }, step: 'legal', dueAt: expect.any(String) },
    ...{ subjectHash: expect.stringMatching(/^[0-9a-f]{64}$/), hold: 'CARD_UNREAD' },
    group: 'payout-by-consent/settlement/legal',
  });
  expect(await waiting('adjuster')).toEqual([]);
  await api.call('legal', 'GET', `/v1/approvals/${approval}`);
  const { taskId, subjectHash } = item ?? {};
  const done = await api.call('legal', 'POST', '/v1/approvals/batch', { items: [{ taskId, subjectHash }] });
  expect(done.body.items).toMatchObject([{ caseId: approval, result: 'approved' }]);
  expect(await waiting('legal')).toEqual([]);
});

test('what somebody has no part in any more is listed no more', async () => {
  const { claim, approval } = await api.proposed(20_000);
  const listed = async () => (await waiting('legal')).map(({ caseId }) => caseId);
  expect(await listed()).toContain(approval);
  const { status } = await api.call('compliance', 'POST', `/v1/cases/${claim}/recusals`, {
    ...{ personId: 'legal', reason: 'Related' },
  });
  expect(status).toBe(200);
  expect(await listed()).not.toContain(approval);
});

test('many are read together, as one is', async () => {
  const { store } = api;
  const { read } = store;
  let reads = 0;
  store.read = (work) => {
    reads += 1;
    return read(work);
  };
  const readsFor = async (count: number): Promise<number> => {
    expect(await waiting('legal')).toHaveLength(count);
    reads = 0;
    await waiting('legal');
    return reads;
  };
  const opened = [await api.proposed(20_000)];
  const forOne = await readsFor(1);
  opened.push(await api.proposed(150_000), await api.proposed(9_000));
  opened.push(await api.proposed(9_000, { against: 'the surveyor' }));
  for (const { claim } of opened.slice(2)) await api.addDocument(claim);
  expect(await readsFor(4)).toBe(forOne);
  const holds = new Map((await waiting('legal')).map(({ caseId, hold }) => [caseId, hold]));
  expect(opened.map(({ approval }) => holds.get(approval))).toEqual([
    ...['CARD_UNREAD', 'SECOND_FACTOR_REQUIRED', null, 'CARD_UNREAD'],
  ]);
  store.read = read;
});
