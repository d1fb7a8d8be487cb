import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const verb = (person: string, caseId: string, name: string, what: string, body: object) =>
  api.call(person, 'POST', `/v1/cases/${caseId}/deadlines/${name}/${what}`, body);

const withDocument = async () => {
  const { caseId } = await api.openComplaint();
  const form = new FormData();
  form.set('file', new File(['Three calls, no answer.'], 'calls.txt'));
  const response = await api.app.request(`/v1/cases/${caseId}/documents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await api.tokenOf('handler')}`, 'idempotency-key': caseId },
    body: form,
  });
  const { documents } = (await response.json()) as { documents: { id: string }[] };
  return { caseId, documentId: documents[0]?.id ?? '' };
};

describe('deadlines', () => {
  test('200: pause a promise for a listed cause with its proof, and let it run again', async () => {
    const { caseId, documentId } = await withDocument();
    const name = 'decision-internal';
    const body = { cause: 'customer-unreachable', documentId };
    const paused = await verb('complaints-manager', caseId, name, 'pause', body);
    expect(paused.status).toBe(200);
    const find = (deadlines: { name: string }[]) => deadlines.find((each) => each.name === name);
    expect(find(paused.body.deadlines)).toMatchObject({ status: 'paused', dueAt: null });
    const resumed = await verb('complaints-manager', caseId, name, 'resume', {});
    expect(find(resumed.body.deadlines)).toMatchObject({ status: 'running' });
  });

  test('200: extend, with a reason, by who may; 409 and 403 else', async () => {
    const { caseId } = await api.openComplaint();
    expect((await verb('handler', caseId, 'decision', 'extend', { reason: 'x' })).body.code).toBe(
      'ROLE_REQUIRED',
    );
    expect((await verb('complaints-manager', caseId, 'decision', 'extend', {})).body.code).toBe(
      'REASON_REQUIRED',
    );
    const extended = await verb('complaints-manager', caseId, 'decision', 'extend', {
      reason: 'Expert opinion',
    });
    const decision = extended.body.deadlines.find(({ name }: { name: string }) => name === 'decision');
    expect(decision).toMatchObject({ limit: 'P30D', extensions: [{ name: 'complex' }] });
    const wrong = await verb('compliance', caseId, 'decision', 'extend', { extension: 'other', reason: 'x' });
    expect([wrong.status, wrong.body.code]).toEqual([409, 'EXTENSION_NOT_ALLOWED']);
  });

  test('409, 404, 422: a clock of a regulator, an unknown cause, proof, deadline', async () => {
    const { caseId, documentId } = await withDocument();
    const cause = 'customer-unreachable';
    const law = await verb('complaints-manager', caseId, 'decision', 'pause', { cause, documentId });
    expect([law.status, law.body.code]).toEqual([409, 'CLOCK_NOT_PAUSABLE']);
    const pause = (body: object) => verb('complaints-manager', caseId, 'decision-internal', 'pause', body);
    expect((await pause({ cause: 'rain', documentId })).body.code).toBe('CLOCK_NOT_PAUSABLE');
    expect((await pause({ cause, documentId: 'nothing' })).body.code).toBe('DOCUMENT_UNKNOWN');
    expect((await pause({ cause })).body.errors).toMatchObject([{ pointer: '/documentId' }]);
    expect((await verb('handler', caseId, 'tea', 'resume', {})).body.code).toBe('DEADLINE_UNKNOWN');
    expect((await verb('handler', caseId, 'decision-internal', 'resume', {})).body.code).toBe(
      'DEADLINE_NOT_RUNNING',
    );
  });

  test('200: the explanation ends at the same date; 404 for what has not started', async () => {
    const { caseId, deadlines } = await api.openComplaint();
    for (const name of ['decision', 'triage', 'acknowledge']) {
      const { status, body } = await api.call(
        'auditor',
        'GET',
        `/v1/cases/${caseId}/deadlines/${name}/explanation`,
      );
      const shown = deadlines.find((each: { name: string }) => each.name === name);
      expect([status, body.dueAt]).toEqual([200, shown.dueAt]);
      expect(body).toMatchObject({ name, zone: 'Asia/Shanghai', source: { rule: expect.any(String) } });
    }
    const decision = await api.call('auditor', 'GET', `/v1/cases/${caseId}/deadlines/decision/explanation`);
    expect(decision.body.days.length).toBeGreaterThanOrEqual(15);
    expect((await api.call('auditor', 'GET', `/v1/cases/${caseId}/deadlines/pay/explanation`)).status).toBe(
      404,
    );
    expect(
      (await api.call('auditor', 'GET', `/v1/cases/${caseId}/deadlines/toString/explanation`)).status,
    ).toBe(404);
  });
});
