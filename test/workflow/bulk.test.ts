import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporalCases } from '../../api/temporal-cases.ts';
import { projectFolder } from '../../cli/project-folder.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { openStore } from '../../db/open.ts';
import { entriesOf } from '../../db/read/get-case.ts';
import type { BulkActivities, SliceRequest } from '../../workflows/bulk-contract.ts';
import { wakeBulk } from '../../workflows/client/wake-bulk.ts';
import { testApiOver } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { prepareRuntime } from '../support/worker.ts';
import { workerHome } from '../support/worker-process.ts';

// Guarantee: a bulk job goes on where it was when its worker or its API is killed, does nothing twice, and is paused and
// resumed while it runs; however long it is, its history stays short.

let server: TestServer;
let bundle: string;
beforeAll(async () => {
  bundle = await workflowBundle(join(projectFolder, '.caseloom/bundles'));
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
}, 60_000);
afterAll(() => server?.stop());

test('killed with its worker and its API it goes on with the next ones, and does each task once', async () => {
  const home = workerHome(server.address);
  const store = await openStore({ file: join(home.folder, 'caseloom.db'), synchronous: 'NORMAL' });
  const cases = temporalCases(server.client, home.taskQueue);
  const newApi = () => testApiOver({ folder: home.folder, store, cases });
  try {
    const first = await home.start();
    const before = await newApi();
    const tasks: { taskId: string; caseId: string }[] = [];
    for (let n = 0; n < 12; n++) {
      const { caseId, tasks: of } = await before.openComplaint();
      tasks.push({ taskId: of[0].taskId, caseId });
    }
    const body = {
      verb: 'reassign',
      args: { to: 'agent-2' },
      ids: tasks.map(({ taskId }) => taskId),
      perSecond: 2,
    };
    const { jobId } = (await before.call('lead', 'POST', '/v1/bulk', body)).body;

    // Another API than the one that started it reads it and says what is wanted.
    const api = await newApi();
    const job = server.client.workflow.getHandle(`bulk:default:${jobId}`);
    const read = async () => (await api.call('lead', 'GET', `/v1/bulk/${jobId}`)).body;
    const done = async () => (await read()).counts.done as number;
    await expect.poll(done, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
    const died = once(first, 'exit');
    first.kill('SIGKILL');
    await died;
    const atDeath = await done();
    expect(atDeath).toBeLessThan(12);
    expect((await api.call('lead', 'POST', `/v1/bulk/${jobId}/pause`)).status).toBe(200);
    await home.start();
    // A worker takes up the lost slice, sees what is wanted, and stops there.
    const underWay = async () => (await job.describe()).raw.pendingActivities?.length ?? 0;
    await expect.poll(underWay, { timeout: 60_000 }).toBe(0);
    expect(await done()).toBe(atDeath);
    expect((await api.call('lead', 'POST', `/v1/bulk/${jobId}/resume`)).status).toBe(200);
    await expect.poll(async () => (await read()).status, { timeout: 60_000 }).toBe('ended');
    expect((await read()).counts).toMatchObject({ done: 12, refused: 0, failed: 0 });

    for (const { caseId } of tasks) {
      const entries = await entriesOf(store, { tenant: 'default', caseId });
      expect(entries.filter(({ type }) => type === 'task.reassigned')).toHaveLength(1);
    }
    const types = recordsOf(store).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('bulk.'))).toEqual([
      ...['bulk.started', 'bulk.paused', 'bulk.resumed', 'bulk.ended'],
    ]);
    // Neither who gets the tasks nor which they are is anything that the workflow knows.
    const { events = [] } = await job.fetchHistory();
    const payloads = events?.flatMap(
      ({
        workflowExecutionStartedEventAttributes: started,
        activityTaskScheduledEventAttributes: scheduled,
      }) => [...(started?.input?.payloads ?? []), ...(scheduled?.input?.payloads ?? [])],
    );
    const texts = payloads?.map(({ data }) => Buffer.from(data ?? []).toString()) ?? [];
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.filter((text) => /agent|lead|task/.test(text))).toEqual([]);
    const closed = await api.call('lead', 'POST', `/v1/bulk/${jobId}/pause`);
    expect(closed.body.code).toBe('BULK_ENDED');
  } finally {
    await home.remove();
    await store.close();
  }
}, 180_000);

test('a long job continues as new, and comes to each slice once', async () => {
  prepareRuntime();
  const slices = 120;
  const asked: number[] = [];
  let ended = 0;
  const activities: BulkActivities = {
    runBulkSlice: async ({ after }: SliceRequest) => {
      asked.push(after);
      return after + 1 < slices
        ? { next: 'go', after: after + 1, waiting: 0 }
        : { next: 'round', after: after + 1, waiting: 0 };
    },
    endBulkJob: async () => {
      ended += 1;
    },
  };
  const taskQueue = `bulk-${Date.now()}`;
  const connection = await NativeConnection.connect({ address: server.address });
  const worker = await Worker.create({
    ...{ connection, namespace: 'default', taskQueue },
    ...{ workflowBundle: { codePath: bundle }, activities },
    shutdownGraceTime: 2_000,
  });
  await worker.runUntil(async () => {
    const key = { tenant: 'acme', jobId: 'blk-long' };
    await wakeBulk(server.client, key, { taskQueue, deadlineMs: Date.now() + 10_000 });
    const handle = server.client.workflow.getHandle('bulk:acme:blk-long');
    await expect.poll(() => ended, { timeout: 60_000 }).toBe(1);
    await handle.result();
    const { historyLength } = await handle.describe();
    expect(historyLength).toBeLessThan(700);
    // Told of it again, it stays ended.
    await wakeBulk(server.client, key, { taskQueue, deadlineMs: Date.now() + 10_000 });
    await sleep(200);
  });
  await connection.close();
  expect(asked).toEqual(Array.from({ length: slices }, (_, n) => n));
  expect(ended).toBe(1);
}, 120_000);
