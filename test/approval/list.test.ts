import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApprovalApi, startApprovalApi } from './approval-api.ts';

// Guarantee: what waits for somebody to decide is listed, not what is out of their sight; and the list asks the store no
// oftener for many than for few.

let api: ApprovalApi;
beforeAll(async () => {
  api = await startApprovalApi();
});
afterAll(() => api.stop());

const waiting = async (person: string): Promise<{ [field: string]: unknown }[]> =>
  (await api.call(person, 'GET', '/v1/approvals')).body.items;
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
