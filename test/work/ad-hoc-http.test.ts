import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';

// Guarantee: what people add to a case is asked for and shown over HTTP, its free text sealed like every other, and
// each refusal has its code.

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
const clockMs = Date.parse('2026-03-02T01:00:00Z');
const hourMs = 3_600_000;
const inHours = (hours: number) => new Date(clockMs + hours * hourMs).toISOString();

beforeAll(async () => {
  api = await startTestApi({ now: () => clockMs });
});
afterAll(() => api.stop());

const add = (person: string, caseId: string, what: string, body?: object) =>
  api.call(person, 'POST', `/v1/cases/${caseId}/${what}`, body);
const verb = (person: string, taskId: string, name: string, body: object = {}) =>
  api.call(person, 'POST', `/v1/tasks/${taskId}/${name}`, body);
// biome-ignore lint/suspicious/noExplicitAny: a test reads what the answer is expected to hold
const addedTask = (body: any) => body.tasks.find(({ adHoc }: { adHoc?: object }) => adHoc !== undefined);
const listed = async (person: string, view: string) => {
  const { body } = await api.call(person, 'GET', `/v1/tasks?view=${view}&limit=200`);
  return body.items as { taskId: string; dueAt: string; title: { en: string } }[];
};

describe('ad-hoc tasks', () => {
  test('200: a question to a colleague is on their list until answered; its words are not in the trail', async () => {
    const { caseId, states } = await api.openComplaint();
    const dueAt = inHours(5);
    const asked = await add('agent', caseId, 'tasks', {
      to: 'adjuster',
      dueAt,
      question: 'Who repaired the car?',
      answerExpected: true,
    });
    expect([asked.status, asked.body.states]).toEqual([200, states]);
    const task = addedTask(asked.body);
    expect(task).toMatchObject({
      assignee: 'adjuster',
      dueAt,
      outcomes: ['done'],
      title: { en: 'Asked by a colleague' },
      adHoc: { kind: 'task', by: 'agent', text: 'Who repaired the car?' },
    });
    const mine = (await listed('adjuster', 'mine')).find(({ taskId }) => taskId === task.taskId);
    expect(mine).toMatchObject({ dueAt, title: { en: 'Asked by a colleague' } });

    expect((await verb('adjuster', task.taskId, 'complete', { outcome: 'done' })).body.code).toBe(
      'ANSWER_REQUIRED',
    );
    const answered = await verb('adjuster', task.taskId, 'complete', { outcome: 'done', answer: 'Wang' });
    expect(addedTask(answered.body)).toMatchObject({ status: 'completed', adHoc: { answer: 'Wang' } });
    const { body } = await api.call('handler', 'GET', `/v1/cases/${caseId}/entries`);
    const leaves = body.items.map(({ leaf }: { leaf: string }) => leaf).join();
    expect(leaves).not.toMatch(/repaired|Wang/);
  });

  test('200: a department’s task is for everybody of it, and for nobody else', async () => {
    const { caseId } = await api.openComplaint();
    const asked = await add('agent', caseId, 'tasks', { department: 'customer-service' });
    const { taskId } = addedTask(asked.body);
    const has = async (person: string) =>
      (await listed(person, 'candidate')).some((task) => task.taskId === taskId);
    expect([await has('agent-2'), await has('adjuster'), await has('finance')]).toEqual([true, false, false]);
    expect((await verb('finance', taskId, 'claim')).body.code).toBe('ROLE_REQUIRED');
    expect((await verb('agent-2', taskId, 'claim')).status).toBe(200);
  });

  test('200: a date in one’s own diary', async () => {
    const { caseId } = await api.openComplaint();
    const { status, body } = await add('agent', caseId, 'tasks', { kind: 'diary', dueAt: inHours(48) });
    expect([status, addedTask(body)]).toMatchObject([200, { assignee: 'agent', dueAt: inHours(48) }]);
  });

  test('403, 404, 409, 422: each refusal with its code', async () => {
    const { caseId } = await api.openComplaint();
    const refusals: [string, string, object, number, string][] = [
      ['auditor', 'tasks', {}, 403, 'ROLE_REQUIRED'],
      ['agent', 'tasks', { to: 'nobody' }, 422, 'PERSON_UNKNOWN'],
      ['agent', 'tasks', { to: 'auditor' }, 403, 'ROLE_REQUIRED'],
      ['agent', 'tasks', { department: 'nowhere' }, 422, 'DEPARTMENT_UNKNOWN'],
      ['agent', 'tasks', { to: 'lead', department: 'claims' }, 422, 'INPUT_INVALID'],
      ['agent', 'tasks', { kind: 'diary' }, 422, 'INPUT_INVALID'],
      ['agent', 'tasks', { dueAt: inHours(-1) }, 422, 'TIME_INVALID'],
      ['agent', 'contacts', { channel: 'pigeon', outcome: 'reached' }, 422, 'INPUT_INVALID'],
      ['agent', 'contacts', { channel: 'phone', outcome: 'reached', recording: 'x' }, 422, 'INPUT_INVALID'],
      ['agent', 'promises', { dueAt: inHours(-1), text: 'I call' }, 422, 'TIME_INVALID'],
      ['agent', 'promises/@promise.9/keep', {}, 404, 'PROMISE_UNKNOWN'],
    ];
    for (const [person, what, body, status, code] of refusals) {
      const refused = await add(person, caseId, what, body);
      expect([what, body, refused.status, refused.body.code]).toEqual([what, body, status, code]);
    }
    expect((await add('agent', 'nothing', 'tasks', {})).body.code).toBe('CASE_UNKNOWN');
    const { taskId } = addedTask((await add('agent', caseId, 'tasks', {})).body);
    expect((await verb('agent', taskId, 'cancel')).body.code).toBe('REASON_REQUIRED');
    expect((await verb('agent', taskId, 'cancel', { reason: 'Asked in person' })).status).toBe(200);
    expect((await verb('agent', taskId, 'cancel', { reason: 'Again' })).body.code).toBe('TASK_NOT_OPEN');
  });
});

describe('contacts and promises', () => {
  test('200: a talk with its recording, and nobody answering in one action', async () => {
    const { caseId } = await api.openComplaint();
    await add('agent', caseId, 'contacts/no-answer');
    const { body } = await add('agent', caseId, 'contacts', {
      ...{ channel: 'phone', outcome: 'reached', who: 'Zhang San', note: 'Wants a call on Thursday' },
      recording: 'https://pbx.example/rec/1',
    });
    expect(body.contacts).toMatchObject([
      { channel: 'phone', direction: 'out', outcome: 'no-answer', by: 'agent' },
      { outcome: 'reached', who: 'Zhang San', recording: 'https://pbx.example/rec/1' },
    ]);
    const seen = (await api.call('auditor', 'GET', `/v1/cases/${caseId}`)).body;
    expect(JSON.stringify(seen.contacts)).not.toContain('pv_');
  });

  test('200: a promise is a deadline of the case, explains itself, and is kept', async () => {
    const { caseId } = await api.openComplaint();
    const dueAt = inHours(30);
    const { status, body } = await add('agent', caseId, 'promises', { dueAt, text: 'I call by Thursday' });
    expect(status).toBe(200);
    const promise = body.deadlines.find(({ adHoc }: { adHoc?: object }) => adHoc !== undefined);
    expect(promise).toMatchObject({
      status: 'running',
      dueAt,
      title: { en: 'Promise to the customer' },
      source: { kind: 'company promise' },
      adHoc: { kind: 'promise', by: 'agent', text: 'I call by Thursday' },
    });
    const name = encodeURIComponent(promise.name);
    const told = await api.call('agent', 'GET', `/v1/cases/${caseId}/deadlines/${name}/explanation`);
    expect([told.status, told.body.dueAt]).toEqual([200, dueAt]);
    const kept = await add('agent', caseId, `promises/${name}/keep`);
    const after = kept.body.deadlines.find((each: { name: string }) => each.name === promise.name);
    expect([kept.status, after.status]).toEqual([200, 'met']);
    expect((await add('agent', caseId, `promises/${name}/cancel`, { reason: 'x' })).body.code).toBe(
      'DEADLINE_NOT_RUNNING',
    );
  });
});

describe('evidence promised by its SHA-256', () => {
  const text = 'Received on Friday';
  const sha256 = createHash('sha256').update(text).digest('hex');

  test('201: is a task until the document arrives, of whatever name', async () => {
    const { caseId, tasks } = await api.openComplaint({
      receivedAt: inHours(-72),
      reason: 'The letter lay in the branch',
      evidence: sha256.toUpperCase(),
    });
    const task = addedTask({ tasks });
    expect(task).toMatchObject({ status: 'open', assignee: 'agent', adHoc: { kind: 'evidence', sha256 } });
    expect(Date.parse(task.dueAt)).toBeLessThanOrEqual(clockMs + 48 * hourMs);
    const form = new FormData();
    form.set('file', new File([text], 'letter.txt'));
    const response = await api.app.request(`/v1/cases/${caseId}/documents`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await api.tokenOf('agent')}`,
        'idempotency-key': 'letter',
      },
      body: form,
    });
    expect(response.status).toBe(200);
    expect(addedTask(await response.json())).toMatchObject({ status: 'completed', completedBy: 'agent' });
  });

  test('201: a text as evidence makes no task', async () => {
    const { tasks } = await api.openComplaint({
      receivedAt: inHours(-72),
      reason: 'The letter lay in the branch',
      evidence: 'The postmark',
    });
    expect(addedTask({ tasks })).toBeUndefined();
  });
});
