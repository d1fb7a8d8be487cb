import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';

// Guarantee: every case opened here has an owner; a hand-over waits for acceptance, is on the receiver's list, and the
// report counts what went to and fro.

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const owner = (person: string, caseId: string, path: string, body?: object) =>
  api.call(person, 'POST', `/v1/cases/${caseId}/owner${path}`, body);

test('200: asked, on the list of the receiver, accepted; shown on page and list', async () => {
  const opened = await api.openComplaint();
  expect(opened.owner).toMatch(/^complaints-manager/);
  const { caseId } = opened;
  const asked = await owner(opened.owner, caseId, '', { to: 'handler' });
  expect([asked.status, asked.body.owner, asked.body.handover]).toMatchObject([
    200,
    opened.owner,
    { to: 'handler', waitsFor: 'receiver' },
  ]);
  const { body } = await api.call('handler', 'GET', '/v1/tasks?limit=200');
  const mine = body.items.find((task: { caseId: string }) => task.caseId === caseId);
  expect(mine).toMatchObject({ state: '@handover', owner: opened.owner, title: { en: expect.any(String) } });
  const accepted = await owner('handler', caseId, '/accept');
  expect([accepted.status, accepted.body.owner, accepted.body.handover]).toEqual([200, 'handler', null]);
});

test('403, 404, 409, 422: each refusal with its code', async () => {
  const { caseId, owner: first } = await api.openComplaint();
  const code = async (person: string, path: string, body?: object) =>
    (await owner(person, caseId, path, body)).body.code;
  expect(await code('agent', '', { to: 'handler' })).toBe('ROLE_REQUIRED');
  expect(await code(first, '', { to: 'nobody' })).toBe('PERSON_UNKNOWN');
  expect(await code(first, '', {})).toBe('INPUT_INVALID');
  expect(await code('handler', '/accept')).toBe('HANDOVER_UNKNOWN');
  await owner(first, caseId, '', { to: 'handler' });
  expect(await code('handler', '/decline', {})).toBe('REASON_REQUIRED');
  expect(await code('handler', '/name', { to: 'handler' })).toBe('HANDOVER_UNKNOWN');
  expect((await owner('handler', 'nothing', '/accept')).status).toBe(404);
});

test('200: the third time a superior is asked, and the report counts it; 404 for who may not see it', async () => {
  const { caseId, owner: first } = await api.openComplaint();
  await owner(first, caseId, '', { to: 'handler' });
  await owner('handler', caseId, '/accept');
  await owner('handler', caseId, '', { to: first });
  await owner(first, caseId, '/accept');
  const third = await owner(first, caseId, '', { to: 'handler' });
  expect(third.body.handover).toMatchObject({ waitsFor: 'superior', to: null });
  const { superior } = third.body.handover;
  expect((await owner(first, caseId, '', { to: 'handler' })).body.code).toBe('OWNER_BEING_NAMED');
  const named = await owner(superior ?? 'manager', caseId, '/name', { to: 'handler' });
  expect([named.status, named.body.owner]).toEqual([200, 'handler']);
  const report = await api.call('manager', 'GET', '/v1/reports/transfers');
  expect(report.status).toBe(200);
  const sum = report.body.items.reduce((n: number, pair: { transfers: number }) => n + pair.transfers, 0);
  expect(sum).toBeGreaterThanOrEqual(3);
  expect((await api.call('agent', 'GET', '/v1/reports/transfers')).status).toBe(404);
  expect((await api.call('manager', 'GET', '/v1/reports/transfers?from=soon')).status).toBe(422);
});
