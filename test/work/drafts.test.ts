import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putPerson } from '../../db/own/people.ts';
import { eraseSubject } from '../../db/vault/erase-subject.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: what somebody has filled in is theirs alone, encrypted, in no trail and no record, and gone once the task has
// ended by whatever cause, or the case's subject is erased.

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const form = {
  outcome: 'register',
  data: { policyNumber: 'P-7', note: 'Zhao Qi, 13900002222' },
  reason: 'half',
};
const opened = async () => {
  const { caseId, tasks } = await api.openComplaint();
  const path = `/v1/tasks/${tasks[0].taskId}/draft`;
  return { caseId, taskId: tasks[0].taskId as string, path };
};
const rows = (taskId: string) =>
  api.store.sqlite.prepare('SELECT count(*) FROM drafts WHERE task_id = ?').pluck().get(taskId);

describe('a draft', () => {
  it('is kept over what was kept before, read again, and thrown away', async () => {
    const { path, taskId } = await opened();
    expect((await api.call('agent', 'GET', path)).status).toBe(404);
    expect((await api.call('agent', 'PUT', path, { outcome: 'register' })).status).toBe(200);
    const kept = await api.call('agent', 'PUT', path, form);
    expect([kept.status, Object.keys(kept.body)]).toEqual([200, ['savedAt']]);
    expect((await api.call('agent', 'GET', path)).body).toEqual({ ...form, ...kept.body });
    expect(rows(taskId)).toBe(1);
    expect((await api.call('agent', 'DELETE', path)).status).toBe(200);
    expect((await api.call('agent', 'GET', path)).status).toBe(404);
    expect((await api.call('agent', 'DELETE', path)).status).toBe(200);
  });

  it('is of one person and one task', async () => {
    const { path } = await opened();
    const other = await opened();
    await api.call('agent', 'PUT', path, form);
    await api.call('agent-2', 'PUT', path, { outcome: 'register', reason: 'mine' });
    expect((await api.call('agent', 'GET', path)).body.reason).toBe('half');
    expect((await api.call('agent-2', 'GET', path)).body.reason).toBe('mine');
    expect((await api.call('lead', 'GET', path)).status).toBe(404);
    expect((await api.call('agent', 'GET', other.path)).status).toBe(404);
  });

  it('stands nowhere in the clear, neither in the trail nor in a record', async () => {
    const { path, caseId } = await opened();
    const before = recordsOf(api.store).length;
    await api.call('agent', 'PUT', path, form, { key: 'draft-1' });
    expect((await api.call('agent', 'PUT', path, form, { key: 'draft-1' })).status).toBe(200);
    const bytes = ['', '-wal']
      .map((end) => readFileSync(`${api.store.file}${end}`).toString('latin1'))
      .join();
    expect(bytes).toContain(caseId);
    expect(bytes).not.toMatch(/Zhao Qi|13900002222/);
    expect((await api.call('agent', 'GET', `/v1/cases/${caseId}`)).body.seq).toBe(1);
    expect(recordsOf(api.store)).toHaveLength(before);
  });

  it('goes when its task ends: completed, or left by another event', async () => {
    const completed = await opened();
    await api.call('agent', 'PUT', completed.path, form);
    await api.call('agent-2', 'PUT', completed.path, form);
    const done = { outcome: 'register', data: {} };
    expect((await api.call('agent', 'POST', `/v1/tasks/${completed.taskId}/claim`)).status).toBe(200);
    expect(rows(completed.taskId)).toBe(2);
    expect((await api.call('agent', 'POST', `/v1/tasks/${completed.taskId}/complete`, done)).status).toBe(
      200,
    );
    expect(rows(completed.taskId)).toBe(0);
    const late = await api.call('agent', 'PUT', completed.path, form);
    expect([late.status, late.body.code]).toEqual([409, 'TASK_NOT_OPEN']);
    expect(rows(completed.taskId)).toBe(0);

    const left = await opened();
    await api.call('agent', 'PUT', left.path, form);
    const withdraw = { type: 'withdraw', data: {}, onBehalfOf: { customer: true } };
    const sent = await api.call('agent', 'POST', `/v1/cases/${left.caseId}/events`, withdraw);
    expect([sent.status, sent.body.code]).toEqual([200, undefined]);
    expect(rows(left.taskId)).toBe(0);
  });

  it('goes with an erasure, after which there is no new one', async () => {
    const { path, taskId, caseId } = await opened();
    await api.call('agent', 'PUT', path, form);
    await eraseSubject(api.vault, { tenant: 'default', subject: `case:${caseId}` });
    expect(rows(taskId)).toBe(0);
    expect((await api.call('agent', 'GET', path)).status).toBe(404);
    expect((await api.call('agent', 'PUT', path, form)).body.code).toBe('DATA_INVALID');
  });
});

describe('refused is', () => {
  it('who may not see the task, as for a task that is not there', async () => {
    const { path, caseId } = await opened();
    const base = {
      tenant: 'default',
      name: 'x',
      status: 'active' as const,
      departments: [],
      skills: [],
      authority: [],
    };
    await putPerson(api.store, { ...base, id: 'nobody-here', roles: ['customer'] });
    await putPerson(api.store, { ...base, id: 'concerned', roles: ['agent'] });
    await api.call('concerned', 'PUT', path, form);
    const recused = { personId: 'concerned', reason: 'Their own' };
    await api.call('compliance', 'POST', `/v1/cases/${caseId}/recusals`, recused);
    for (const who of ['nobody-here', 'concerned']) {
      expect((await api.call(who, 'PUT', path, form)).body.code).toBe('TASK_UNKNOWN');
      expect((await api.call(who, 'GET', path)).status).toBe(404);
    }
    const missing = await api.call('agent', 'PUT', '/v1/tasks/none/draft', form);
    expect([missing.status, missing.body.code]).toEqual([404, 'TASK_UNKNOWN']);
  });

  it('what is no form, or too much of one', async () => {
    const { path } = await opened();
    expect((await api.call('agent', 'PUT', path, { outcomes: 'x' })).body.code).toBe('INPUT_INVALID');
    const data = { text: 'x'.repeat(210_000) };
    expect((await api.call('agent', 'PUT', path, { data })).status).toBe(413);
    expect((await api.call('agent', 'PUT', path, form, { key: null })).body.code).toBe(
      'IDEMPOTENCY_KEY_MISSING',
    );
  });
});
