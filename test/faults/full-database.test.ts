import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cases } from '../../api/cases.ts';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { temporalCases } from '../../api/temporal-cases.ts';
import { integrate } from '../../db/log/integrate.ts';
import { getCase } from '../../db/read/get-case.ts';
import { type Answered, type TestApi, testApiOver } from '../support/api.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { wholeTrail } from '../support/whole-trail.ts';
import { startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: while the database is full, a command that was sent already is answered 202 and a new one 503, /healthz
// answers, nothing is half-written; with room again everything goes on by itself.

let server: TestServer;
let worker: TestWorker;
let api: Omit<TestApi, 'stop'>;
/** Commands are held up on their way to the engine until it resolves. */
let gate = Promise.resolve();
let held = 0;

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  worker = await startTestWorker({ temporal: server.temporal, client: server.client });
  const inner = temporalCases(worker.client, worker.taskQueue);
  const cases: Cases = {
    ...inner,
    send: async (...args) => {
      held += 1;
      await gate;
      return inner.send(...args);
    },
  };
  api = await testApiOver({ folder: worker.folder, store: worker.store, cases });
}, 60_000);

afterAll(async () => {
  await worker?.stop();
  await server?.stop();
});

/** Leaves no free page, and no room in a page for more than a few bytes. */
const fill = (): void => {
  const { sqlite } = worker.store;
  sqlite.exec('CREATE TABLE filler (bytes BLOB)');
  const pages = Number(sqlite.pragma('page_count', { simple: true }));
  sqlite.pragma(`max_page_count = ${pages}`);
  const insert = sqlite.prepare('INSERT INTO filler VALUES (zeroblob(?))');
  for (const bytes of [3_500, 50]) {
    try {
      for (;;) {
        insert.run(bytes);
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL')) {
        throw error;
      }
    }
  }
};

const makeRoom = (): void => {
  const { sqlite } = worker.store;
  sqlite.pragma('max_page_count = 1073741823');
  sqlite.exec('DROP TABLE filler');
};

const atOnce = 8;

const count = (sql: string): number => worker.store.sqlite.prepare(sql).pluck().get() as number;

test('a full database, seen through the API', async () => {
  const { caseId, tasks } = await api.openComplaint();
  const other = await api.openComplaint();
  const taskId: string = tasks[0].taskId;
  await api.tokenOf('handler');
  const text = 'long '.repeat(300);
  const comment = (id: string, key: string) =>
    api.call('agent', 'POST', `/v1/tasks/${id}/comment`, { text }, { key });
  const target = { tenant: embeddedTenant, caseId };

  // As many at once as one client sends: their entries find no room in the pages that there are.
  const open = Promise.withResolvers<void>();
  gate = open.promise;
  const answers = Promise.all(Array.from({ length: atOnce }, (_, n) => comment(taskId, `sent-${n}`)));
  await expect.poll(() => held).toBe(atOnce);
  fill();
  open.resolve();
  const sent = await answers;
  // Those that the first flush took along are done, or known to be done soon; what came after it was put off.
  const putOff = sent.filter(({ status }) => status === 503);
  const behind = sent.filter(({ status }) => status === 202);
  const stored = sent.filter(({ status }) => status === 200);
  expect(putOff.length + behind.length + stored.length).toBe(atOnce);
  expect(putOff.map(({ body }) => body.code)).toEqual(putOff.map(() => 'PROJECTION_BEHIND'));
  expect(behind.length).toBeGreaterThan(0);
  const lastSeq = Math.max(...behind.map(({ body }) => Number(body.seq)));
  expect((await getCase(worker.store, target))?.lastSeq).toBeLessThan(lastSeq);

  const refused: Answered[] = [];
  for (const [index, id] of [taskId, other.tasks[0].taskId, taskId].entries()) {
    const answer = comment(id, `while-full-${index}`);
    const startMs = performance.now();
    expect((await api.call(null, 'GET', '/healthz')).status).toBe(200);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    refused.push(await answer);
  }
  // The other case waits for nothing yet: what is small enough for the room left in a page may still be taken.
  const [first, toOther, third] = refused;
  for (const answer of [first, third, ...(toOther && toOther.status > 202 ? [toOther] : [])]) {
    const { status, body, headers } = answer as Answered;
    expect(status).toBe(503);
    expect(['STORE_UNAVAILABLE', 'PROJECTION_BEHIND']).toContain(body.code);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(5);
  }
  expect((await api.call('agent', 'GET', `/v1/cases/${caseId}`)).status).toBe(200);
  const whole = await wholeTrail(worker.store, target);
  expect(whole.at(-1)?.seq).toBe((await getCase(worker.store, target))?.lastSeq);

  makeRoom();
  await expect
    .poll(async () => (await getCase(worker.store, target))?.lastSeq)
    .toBeGreaterThanOrEqual(lastSeq);
  const again = () => comment(taskId, 'while-full-0');
  await expect.poll(async () => (await again()).status).toBeLessThan(300);
  const commented = async () =>
    (await wholeTrail(worker.store, target))
      .filter(({ type }) => type === 'task.commented')
      .map((entry) => entry.seq);
  await expect.poll(commented).toHaveLength(behind.length + stored.length + 1);
  expect(await commented()).toEqual(expect.arrayContaining(behind.map(({ body }) => body.seq)));

  const ofOther = { tenant: embeddedTenant, caseId: other.caseId };
  const taken = toOther && toOther.status <= 202 ? 1 : 0;
  await expect
    .poll(async () =>
      (await wholeTrail(worker.store, ofOther)).filter(({ type }) => type === 'task.commented'),
    )
    .toHaveLength(taken);

  // Each leaf has its one place in the log, and there is none beside.
  while ((await integrate(worker.store, { tenant: embeddedTenant, holder: 'test' })) > 0);
  expect(count('SELECT count(*) FROM log_leaves')).toBe(
    count('SELECT (SELECT count(*) FROM entries) + (SELECT count(*) FROM records)'),
  );
  expect(worker.store.sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
}, 60_000);
