import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaint, startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
let clockMs = Date.now();

beforeAll(async () => {
  api = await startTestApi({ now: () => clockMs });
});
afterAll(() => api.stop());

const register = { type: 'register', data: { policyNumber: 'P-7' } };
const send = (caseId: string, body: object, key: string, person = 'agent') =>
  api.call(person, 'POST', `/v1/cases/${caseId}/events`, body, { key });

describe('Idempotency-Key', () => {
  test('the same key and body answer as the first time did, and are done once', async () => {
    const first = await api.call('agent', 'POST', '/v1/cases', complaint, { key: 'open-1' });
    const second = await api.call('agent', 'POST', '/v1/cases', complaint, { key: 'open-1' });
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));

    const { caseId } = first.body;
    const sent = await send(caseId, register, 'register-1');
    await api.call('handler', 'POST', `/v1/cases/${caseId}/events`, { type: 'acknowledge' });
    const again = await send(caseId, register, 'register-1');
    expect(again.body).toEqual(sent.body);
    const { body } = await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`);
    expect(body.items.map(({ type }: { type: string }) => type)).toEqual([
      'case.opened',
      'register',
      'acknowledge',
    ]);
  });

  test('422: another body under the same key; whatever the order of its fields, the same is the same', async () => {
    const { caseId } = await api.openComplaint();
    await send(caseId, register, 'reused');
    const other = await send(caseId, { ...register, data: { policyNumber: 'P-8' } }, 'reused');
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await send(caseId, { data: register.data, type: register.type }, 'reused')).status).toBe(200);
  });

  test('the same key is another one for another person, and for another address', async () => {
    const { caseId } = await api.openComplaint();
    await send(caseId, register, 'shared');
    const byOther = await send(caseId, { type: 'mark.urgent', reason: 'Ill' }, 'shared', 'agent-2');
    expect(byOther.status).toBe(200);
    const elsewhere = await api.openComplaint();
    expect((await send(elsewhere.caseId, register, 'shared')).body.caseId).toBe(elsewhere.caseId);
  });

  test('a refused command leaves its key free and is judged anew', async () => {
    const { caseId } = await api.openComplaint();
    const count = recordsOf(api.store).length;
    const refused = await send(caseId, { type: 'acknowledge' }, 'early', 'handler');
    expect(refused.body.code).toBe('EVENT_NOT_ALLOWED');
    await send(caseId, register, 'then');
    expect((await send(caseId, { type: 'acknowledge' }, 'early', 'handler')).status).toBe(200);
    expect(recordsOf(api.store).slice(count)).toHaveLength(1);
  });

  test('409 while the first still runs; both get one outcome', async () => {
    const { caseId } = await api.openComplaint();
    const [one, two] = await Promise.all([send(caseId, register, 'twice'), send(caseId, register, 'twice')]);
    expect([one.status, two.status].sort()).toEqual([200, 409]);
    expect([one, two].find(({ status }) => status === 409)?.body.code).toBe('IN_PROGRESS');
    expect((await send(caseId, register, 'twice')).status).toBe(200);
    expect((await api.call('agent', 'GET', `/v1/cases/${caseId}`)).body.seq).toBe(2);
  });

  test('an outcome that is not known is found out by sending again, soon, and nothing is done twice', async () => {
    const { caseId } = await api.openComplaint();
    const { send: really } = api.cases;
    let arrive = async (): Promise<unknown> => undefined;
    api.cases.send = async (...args) => {
      arrive = () => really(...args);
      return { type: 'condition', code: 'ENGINE_UNAVAILABLE' };
    };
    const lost = await send(caseId, register, 'lost');
    api.cases.send = really;
    await arrive();
    expect([lost.status, lost.body.code]).toEqual([503, 'ENGINE_AWAY']);
    const retryAfterS = Number(lost.headers.get('retry-after'));
    expect(retryAfterS).toBeGreaterThanOrEqual(2);
    expect(retryAfterS).toBeLessThanOrEqual(5);
    const other = await send(caseId, { ...register, reason: 'other' }, 'lost');
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    clockMs += retryAfterS * 1_000;
    const found = await send(caseId, register, 'lost');
    expect(found.status).toBe(200);
    expect(found.body.seq).toBe(2);
    expect(found.body.states).toContain('acknowledging');
  });

  test('200 at once where the engine gave no answer but the store shows that the command was taken', async () => {
    const { caseId } = await api.openComplaint();
    const { send: really } = api.cases;
    api.cases.send = async (...args) => {
      await really(...args);
      return { type: 'condition', code: 'ENGINE_UNAVAILABLE' };
    };
    const silent = await send(caseId, register, 'silent');
    api.cases.send = really;
    expect([silent.status, silent.body.seq]).toEqual([200, 2]);
  });

  test('an opening whose outcome was not known is the same case when it is sent again', async () => {
    const { start: really } = api.cases;
    api.cases.start = async (...args) => {
      await really(...args);
      return { type: 'condition', code: 'ENGINE_UNAVAILABLE' };
    };
    const lost = await api.call('agent', 'POST', '/v1/cases', complaint, { key: 'lost-open' });
    api.cases.start = really;
    expect(lost.status).toBe(503);
    clockMs += 31_000;
    const before = (await api.call('agent', 'GET', '/v1/cases?limit=200')).body.items.length;
    const found = await api.call('agent', 'POST', '/v1/cases', complaint, { key: 'lost-open' });
    expect(found.status).toBe(201);
    expect((await api.call('agent', 'GET', '/v1/cases?limit=200')).body.items.length).toBe(before);
  });

  test('400: no key, an empty one, one that is too long; nothing is done', async () => {
    const { caseId } = await api.openComplaint();
    for (const headers of [{}, { 'idempotency-key': '' }, { 'idempotency-key': 'k'.repeat(201) }]) {
      const path = `/v1/cases/${caseId}/events`;
      const { status, body } = await api.call('agent', 'POST', path, register, { key: null, headers });
      expect([status, body.code]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
    }
    expect((await api.call('agent', 'GET', `/v1/cases/${caseId}`)).body.seq).toBe(1);
  });

  test('a kept answer is served under the rights of the moment', async () => {
    const { putPerson, getPerson } = await import('../../db/own/people.ts');
    const agent = await getPerson(api.store, 'default', 'agent-3');
    if (!agent) {
      throw new Error('There is no agent-3');
    }
    const first = await api.call('agent-3', 'POST', '/v1/cases', complaint, { key: 'rights' });
    expect(first.body.data.complainant.name).toBe('Zhang San');
    await putPerson(api.store, { ...agent, roles: ['auditor'] });
    const second = await api.call('agent-3', 'POST', '/v1/cases', complaint, { key: 'rights' });
    expect(second.body.data.complainant.name).toBe('•••');
    await putPerson(api.store, agent);
  });
});
