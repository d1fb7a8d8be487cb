import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';
import { inProcessCases } from '../support/in-process-cases.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
let broken = true;

beforeAll(async () => {
  api = await startTestApi({
    casesOf: (store, now) =>
      inProcessCases(store, {
        now,
        service: () => {
          if (broken) {
            throw new Error('The mail room is closed');
          }
          return {};
        },
      }),
  });
});
afterAll(() => api.stop());

const verb = (person: string, caseId: string, n: number | string, what: string, body: object) =>
  api.call(person, 'POST', `/v1/cases/${caseId}/incidents/${n}/${what}`, body);

/** A complaint whose letter could not be sent. */
const stuck = async () => {
  broken = true;
  const { caseId } = await api.openComplaint();
  const steps: [string, object][] = [
    ['agent', { type: 'register', data: {} }],
    ['handler', { type: 'acknowledge' }],
    ['handler', { type: 'transfer', data: { to: 'another insurer' }, reason: 'Not ours' }],
  ];
  for (const [person, body] of steps) {
    const { status, body: answer } = await api.call(person, 'POST', `/v1/cases/${caseId}/events`, body);
    expect([status, answer.code]).toEqual([200, undefined]);
  }
  return caseId;
};

describe('incidents', () => {
  test('200: retried once the cause is mended, the case goes on', async () => {
    const caseId = await stuck();
    const { body } = await api.call('admin', 'GET', `/v1/cases/${caseId}`);
    expect(body.incidents).toMatchObject([{ n: 1, status: 'open', kind: 'service' }]);
    const listed = await api.call('admin', 'GET', '/v1/cases?status=incident');
    expect(listed.body.items.map((item: { caseId: string }) => item.caseId)).toContain(caseId);
    broken = false;
    const retried = await verb('admin', caseId, 1, 'retry', { reason: 'The mail room is open again' });
    expect([retried.status, retried.body.incidents[0].status]).toEqual([200, 'retried']);
    expect(retried.body.status).toBe('closed');
  });

  test('200: resolved with an answer given by hand', async () => {
    const caseId = await stuck();
    const resolved = await verb('admin', caseId, 1, 'resolve', { reason: 'Sent by courier', output: {} });
    expect([resolved.status, resolved.body.incidents[0].status]).toEqual([200, 'resolved']);
  });

  test('403, 404, 422', async () => {
    const caseId = await stuck();
    expect((await verb('agent', caseId, 1, 'retry', { reason: 'x' })).body.code).toBe('ROLE_REQUIRED');
    const unknown = await verb('admin', caseId, 2, 'retry', { reason: 'x' });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'INCIDENT_UNKNOWN']);
    expect((await verb('admin', caseId, 1, 'retry', {})).body.errors).toMatchObject([{ pointer: '/reason' }]);
    expect((await verb('admin', caseId, 'one', 'retry', { reason: 'x' })).status).toBe(404);
  });
});
