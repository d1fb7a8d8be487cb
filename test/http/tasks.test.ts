import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const verb = (person: string, taskId: string, name: string, body?: object, options = {}) =>
  api.call(person, 'POST', `/v1/tasks/${taskId}/${name}`, body, options);

const opened = async () => {
  const { caseId, tasks } = await api.openComplaint();
  return { caseId, taskId: tasks[0].taskId as string };
};
const ids = (body: { items: { taskId: string }[] }) => body.items.map(({ taskId }) => taskId);

describe('tasks', () => {
  test('200: candidate until claimed, then mine; counts follow', async () => {
    const { taskId } = await opened();
    const candidate = await api.call('agent', 'GET', '/v1/tasks?view=candidate&limit=200');
    expect(candidate.body.items.find((task: { taskId: string }) => task.taskId === taskId)).toMatchObject({
      state: 'received',
      title: { en: 'Register the complaint' },
      role: 'agent',
      assignee: null,
      priority: 'normal',
      kind: 'complaint',
    });
    expect(ids((await api.call('handler', 'GET', '/v1/tasks?view=candidate&limit=200')).body)).not.toContain(
      taskId,
    );
    const before = (await api.call('agent', 'GET', '/v1/tasks/counts')).body;
    const claimed = await verb('agent', taskId, 'claim');
    expect([claimed.status, claimed.body.tasks[0].assignee]).toEqual([200, 'agent']);
    expect(ids((await api.call('agent', 'GET', '/v1/tasks?limit=200')).body)).toContain(taskId);
    const after = (await api.call('agent', 'GET', '/v1/tasks/counts')).body;
    expect(after).toMatchObject({ mine: before.mine + 1, candidate: before.candidate - 1 });
    const overdue = await api.call('agent', 'GET', '/v1/tasks?overdue=true&view=all');
    expect(overdue.body.items).toEqual([]);
  });

  test('200: complete with an outcome and its form moves the case', async () => {
    const { taskId, caseId } = await opened();
    const { status, body } = await verb('agent', taskId, 'complete', {
      outcome: 'register',
      data: { vulnerable: true },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      caseId,
      states: ['acknowledging', 'not-escalated'],
      data: { vulnerable: true },
    });
    const task = body.tasks.find((each: { taskId: string }) => each.taskId === taskId);
    expect(task).toMatchObject({ status: 'completed', completedBy: 'agent', outcome: 'register' });
  });

  test('200: release, reassign, comment', async () => {
    const { taskId, caseId } = await opened();
    await verb('agent', taskId, 'claim');
    expect((await verb('agent', taskId, 'release')).body.tasks[0].assignee).toBeNull();
    const handed = await verb('lead', taskId, 'reassign', { to: 'agent-2', reason: 'On leave' });
    expect(handed.body.tasks[0].assignee).toBe('agent-2');
    const said = await verb('agent-2', taskId, 'comment', { text: 'Customer will call back' });
    expect(said.status).toBe(200);
    const { body } = await api.call('handler', 'GET', `/v1/cases/${caseId}/entries`);
    const comment = body.items.find(({ type }: { type: string }) => type === 'task.commented');
    expect(comment.data.text).toBe('Customer will call back');
    expect(comment.leaf).not.toContain('call back');
  });

  test('403, 404, 409, 412, 422: each refusal with its code', async () => {
    const { taskId } = await opened();
    expect((await verb('finance', taskId, 'claim')).body.code).toBe('ROLE_REQUIRED');
    expect((await verb('auditor', taskId, 'comment', { text: 'I looked' })).status).toBe(403);
    const unknown = await verb('agent', 'nothing', 'claim');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'TASK_UNKNOWN']);
    await verb('agent', taskId, 'claim');
    const taken = await verb('agent-2', taskId, 'claim');
    expect([taken.status, taken.body.code]).toEqual([409, 'TASK_TAKEN']);
    expect(taken.body.allowed).toContain('register');
    expect((await verb('agent', taskId, 'complete', { outcome: 'approve' })).body.code).toBe(
      'OUTCOME_NOT_ALLOWED',
    );
    const stale = await verb('agent', taskId, 'release', {}, { headers: { 'if-match': '"0"' } });
    expect(stale.status).toBe(412);
    const form = await verb('agent', taskId, 'complete', {
      outcome: 'register',
      data: { vulnerable: 'yes' },
    });
    expect(form.body).toMatchObject({ code: 'DATA_INVALID', errors: [{ pointer: '/data/vulnerable' }] });
    expect((await verb('agent', taskId, 'reassign', { to: 'nobody' })).body.code).toBe('PERSON_UNKNOWN');
    expect((await verb('agent', taskId, 'reassign', {})).body.errors).toMatchObject([{ pointer: '/to' }]);
    expect((await verb('agent', taskId, 'complete', { outcome: 'register', data: {} })).status).toBe(200);
    expect((await verb('agent', taskId, 'claim')).body.code).toBe('TASK_NOT_OPEN');
    expect((await verb('agent', taskId, 'juggle', {})).status).toBe(404);
    expect((await verb('agent', taskId, 'claim', {}, { key: null })).body.code).toBe(
      'IDEMPOTENCY_KEY_MISSING',
    );
  });

  test('422: a bad filter', async () => {
    expect((await api.call('agent', 'GET', '/v1/tasks?view=everything')).status).toBe(422);
    expect((await api.call('agent', 'GET', '/v1/tasks?dueBefore=soon')).status).toBe(422);
    for (const list of ['tasks', 'cases', 'bulk', 'notifications', 'audit/entries']) {
      // As one typing error would else show everything.
      const { status, body } = await api.call('agent', 'GET', `/v1/${list}?assigne=agent`);
      expect([status, body.errors]).toEqual([
        422,
        [{ pointer: '/assigne', message: 'is not a known field' }],
      ]);
    }
  });

  test('a task in a state marked for others is in nobody else’s list, and refusals do not name its state', async () => {
    const opened = await api.call('agent', 'POST', '/v1/cases', {
      definition: 'claim',
      data: {
        ...{ policyNumber: 'P-7', lossKind: 'motor', lossOn: '2026-01-05', plate: '京A12345' },
        ...{ description: 'Hit a post', reporter: { name: 'Li Si', phone: '13700003333' } },
      },
    });
    const { caseId } = opened.body;
    const send = (person: string, type: string, more = {}) =>
      api.call(person, 'POST', `/v1/cases/${caseId}/events`, { type, ...more });
    await send('adjuster', 'fraud.flag', { data: { indicators: ['late-report'] } });
    expect((await send('adjuster', 'fraud.refer', { reason: 'Two reports of one loss' })).status).toBe(200);
    const statesFor = async (person: string) => {
      const { body } = await api.call(person, 'GET', '/v1/tasks?view=all&limit=200');
      return body.items
        .filter((task: { caseId: string }) => task.caseId === caseId)
        .map((task: { state: string }) => task.state);
    };
    expect(await statesFor('siu')).toEqual(expect.arrayContaining(['reported', 'siu-investigating']));
    expect(await statesFor('agent')).toEqual(['reported']);

    const { tasks } = (await api.call('siu', 'GET', `/v1/cases/${caseId}`)).body;
    const { taskId } = tasks.find((task: { state: string }) => task.state === 'siu-investigating');
    for (const [name, body] of [
      ['claim', {}],
      ['comment', { text: 'What is this?' }],
      ['complete', { outcome: 'fraud.clear' }],
    ] as const) {
      const { status, body: problem } = await verb('agent', taskId, name, body);
      expect([name, status, problem.code]).toEqual([name, 404, 'TASK_UNKNOWN']);
    }
    expect((await verb('siu', taskId, 'comment', { text: 'Photographs asked for' })).status).toBe(200);

    const refused = await send('agent', 'papers.check');
    expect([refused.status, refused.body.code]).toEqual([409, 'EVENT_NOT_ALLOWED']);
    expect(refused.body.detail).toContain('reported');
    expect(refused.body.detail).not.toContain('siu');
  });

  test('names that every object has are no events and no outcomes', async () => {
    const { caseId, taskId } = await opened();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const sent = await api.call('agent', 'POST', `/v1/cases/${caseId}/events`, { type: name });
      expect([name, sent.status, sent.body.code]).toEqual([name, 409, 'EVENT_UNKNOWN']);
      const completed = await verb('agent', taskId, 'complete', { outcome: name });
      expect([name, completed.status]).toEqual([name, 409]);
    }
  });
});
