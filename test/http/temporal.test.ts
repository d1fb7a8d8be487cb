import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporalCases } from '../../api/temporal-cases.ts';
import { complaint, type TestApi, testApiOver } from '../support/api.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { startTestWorker, type TestWorker } from '../support/worker.ts';

let server: TestServer;
let worker: TestWorker;
let api: Omit<TestApi, 'stop'>;

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  worker = await startTestWorker({ temporal: server.temporal, client: server.client });
  const cases = temporalCases(worker.client, worker.taskQueue);
  api = await testApiOver({ folder: worker.folder, store: worker.store, cases });
}, 60_000);
afterAll(async () => {
  await worker.stop();
  await server.stop();
});

const send = (person: string, caseId: string, body: object, options = {}) =>
  api.call(person, 'POST', `/v1/cases/${caseId}/events`, body, options);

describe('the API over a Temporal server and a worker', () => {
  test('a complaint from report to archive, opened again, each answer showing what was just written', async () => {
    const { caseId } = await api.openComplaint();
    const remedy = { kind: 'payment', amount: { amount: 100_00, currency: 'CNY' } };
    const steps: [string, object][] = [
      ['agent', { type: 'register', data: { policyNumber: 'P-1' } }],
      ['handler', { type: 'acknowledge' }],
      ['handler', { type: 'accept', data: { severity: 'P2', cause: 'delay' } }],
      ['handler', { type: 'findings', data: { finding: 'upheld', evidence: ['record'] } }],
      ['handler', { type: 'propose', data: { remedy } }],
      ['complaints-manager', { type: 'approve' }],
    ];
    for (const [index, [person, body]] of steps.entries()) {
      const { status, body: answer } = await send(person, caseId, body, { key: `step-${index}` });
      expect([body, status, answer.code]).toEqual([body, 200, undefined]);
    }
    const again = await send('agent', caseId, steps[0]?.[1] ?? {}, { key: 'step-0' });
    expect([again.status, again.body.states]).toEqual([200, ['acknowledging', 'not-escalated']]);

    const withdraw = { type: 'withdraw', data: {}, onBehalfOf: { customer: true } };
    const withdrawn = await send('handler', caseId, withdraw);
    expect([withdrawn.status, withdrawn.body.code]).toEqual([200, undefined]);
    expect(withdrawn.body.status).toBe('closed');
    expect((await send('handler', caseId, withdraw)).body.code).toBe('CASE_CLOSED');
    const reopened = await api.call('handler', 'POST', `/v1/cases/${caseId}/reopen`, {
      reason: 'New papers',
      data: { ground: 'new-facts' },
    });
    expect([reopened.status, reopened.body.status, reopened.body.epoch]).toEqual([200, 'open', 2]);
    expect((await send('handler', caseId, { type: 'mark.urgent', reason: 'x' })).body.code).toBe(
      'EVENT_NOT_ALLOWED',
    );
  }, 60_000);

  test('the workflow refuses what the API could not know, with what is allowed instead, and keeps no history', async () => {
    const { caseId } = await api.openComplaint();
    const { body, status } = await send('agent', caseId, { type: 'acknowledge' });
    expect([status, body.code]).toEqual([403, 'ROLE_REQUIRED']);
    const refused = await send('handler', caseId, { type: 'acknowledge' });
    expect([refused.status, refused.body.code]).toEqual([409, 'EVENT_NOT_ALLOWED']);
    expect(refused.body.allowed).toContain('mark.urgent');
    const history = await worker.client.workflow.getHandle(`case:default:${caseId}`).fetchHistory();
    expect(JSON.stringify(history)).not.toContain('EVENT_NOT_ALLOWED');
  }, 30_000);

  test('eleven commands at once to one case: all answered, in an order, none lost', async () => {
    const { caseId, tasks } = await api.openComplaint();
    const { taskId } = tasks[0];
    const texts = Array.from({ length: 11 }, (_, n) => `Call ${n}`);
    const answers = await Promise.all(
      texts.map((text) => api.call('agent', 'POST', `/v1/tasks/${taskId}/comment`, { text })),
    );
    expect(answers.map(({ status }) => status)).toEqual(texts.map(() => 200));
    const { body } = await api.call('agent', 'GET', `/v1/cases/${caseId}/entries?limit=200`);
    const said = body.items.flatMap((item: { type: string; data: { text?: string } }) =>
      item.type === 'task.commented' ? [item.data.text] : [],
    );
    expect(said.sort()).toEqual(texts.toSorted());
  }, 30_000);

  test('503 while no worker answers; sent again with the same key it is done once', async () => {
    const { caseId } = await api.openComplaint();
    await worker.stopWorker();
    const register = { type: 'register', data: {} };
    const away = await send('agent', caseId, register, { key: 'no-worker' });
    expect([away.status, away.body.code]).toEqual([503, 'ENGINE_AWAY']);
    expect(Number(away.headers.get('retry-after'))).toBeLessThanOrEqual(5);
    expect((await api.call(null, 'GET', '/healthz')).status).toBe(200);
    await worker.startWorker();
    // At once: what the first request took with its key, it has given back.
    const again = await send('agent', caseId, register, { key: 'no-worker' });
    expect([again.status, again.body.code]).toEqual([200, undefined]);
    const { body } = await api.call('agent', 'GET', `/v1/cases/${caseId}/entries`);
    expect(body.items.filter(({ type }: { type: string }) => type === 'register')).toHaveLength(1);
  }, 60_000);

  test('no personal value reaches Temporal: not its database, not its histories', async () => {
    const mark = 'MARKEDVALUE';
    const { caseId } = await api.openComplaint({
      data: { ...complaint.data, summary: `${mark} summary`, complainant: { name: `${mark} name` } },
    });
    await send('agent', caseId, { type: 'mark.urgent', reason: `${mark} reason` });
    await send('finance', caseId, { type: 'approve', reason: `${mark} refused` });
    const history = await worker.client.workflow.getHandle(`case:default:${caseId}`).fetchHistory();
    expect(history.events?.length).toBeGreaterThan(3);
    const folder = dirname(server.dbFilename);
    const files = [folder, worker.folder].flatMap((each) =>
      readdirSync(each, { recursive: true, encoding: 'utf8' }).map((name) => join(each, name)),
    );
    const holding = (text: string) =>
      files.filter((file) => statSync(file).isFile() && readFileSync(file).includes(text));
    // The histories are stored as they are: what is not personal can be found in them.
    expect(holding(caseId).some((file) => file.startsWith(folder))).toBe(true);
    expect(holding(mark)).toEqual([]);
    expect(holding(Buffer.from(mark).toString('base64').slice(0, 12))).toEqual([]);
  }, 30_000);
});
