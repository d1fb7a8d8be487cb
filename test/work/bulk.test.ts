import { readFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wakeAsked } from '../../cli/worker/wake-asked.ts';
import { sweepBulkJobs } from '../../db/own/bulk-course.ts';
import { type Person, putPerson } from '../../db/own/people.ts';
import { createServiceKey, revokeServiceKey } from '../../db/own/service-keys.ts';
import { entriesOf } from '../../db/read/get-case.ts';
import { startTestApi } from '../support/api.ts';
import { type BulkRuns, bulkRuns } from '../support/bulk-runs.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: bulk work does to each task what its starter could do by hand at that moment, once, and nothing more; each
// task has a row that says what became of it; a dry run says the same and changes nothing.

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
let runs: BulkRuns;

const person = (id: string, roles: string[], extra: Partial<Person> = {}): Person => ({
  ...{ tenant: 'default', id, name: id, status: 'active', roles, departments: [], skills: [] },
  ...{ authority: [], ...extra },
});

beforeAll(async () => {
  api = await startTestApi();
  runs = bulkRuns(api);
});
afterAll(() => api.stop());

/** Complaints, each with an open task for agents; their ids. */
const opened = async (count: number) => {
  const tasks: { taskId: string; caseId: string }[] = [];
  for (let n = 0; n < count; n++) {
    const { caseId, tasks: of } = await api.openComplaint();
    tasks.push({ taskId: of[0].taskId, caseId });
  }
  return tasks;
};
const idsOf = (tasks: { taskId: string }[]) => tasks.map(({ taskId }) => taskId);
const start = (who: string, body: object, options = {}) =>
  api.call(who, 'POST', '/v1/bulk', { perSecond: 100, ...body }, options);
const read = async (who: string, jobId: string, query = '') =>
  (await api.call(who, 'GET', `/v1/bulk/${jobId}?limit=200${query}`)).body;
const entries = (caseId: string) => entriesOf(api.store, { tenant: 'default', caseId, limit: 200 });
const typesOf = async (caseId: string) => (await entries(caseId)).map(({ type }) => type);
const assigneeOf = async (taskId: string, caseId: string) => {
  const { body } = await api.call('lead', 'GET', `/v1/cases/${caseId}`);
  return body.tasks.find((task: { taskId: string }) => task.taskId === taskId).assignee;
};
const recordsAbout = (jobId: string) => recordsOf(api.store).filter(({ subject }) => subject.id === jobId);

describe('a bulk job', () => {
  it('ends though one of its tasks fails here: that one is told as failed', async () => {
    const tasks = await opened(2);
    const { jobId } = (await start('lead', { verb: 'remind', ids: idsOf(tasks) })).body;
    api.store.sqlite
      .prepare(`UPDATE cases SET definition_hash = 'none' WHERE case_id = ?`)
      .run(tasks[0]?.caseId);
    await runs.through(jobId);
    const job = await read('lead', jobId);
    expect([job.status, job.counts.done, job.counts.failed]).toEqual(['ended', 1, 1]);
    expect(job.items[0]).toMatchObject({ status: 'failed', code: 'INTERNAL' });
  });

  it('hands on what it may, says of each task what became of it, and does it once', async () => {
    const tasks = await opened(4);
    const ended = tasks[2] as { taskId: string; caseId: string };
    const done = { outcome: 'register', data: {} };
    expect((await api.call('agent', 'POST', `/v1/tasks/${ended.taskId}/complete`, done)).status).toBe(200);
    const ids = [...idsOf(tasks), 'no-such-task', tasks[0]?.taskId ?? ''];
    const body = { verb: 'reassign', args: { to: 'agent-2' }, ids, reason: 'Ms Li is away' };
    const started = await start('lead', body, { key: 'one' });
    expect([started.status, started.body.status, started.body.total]).toEqual([202, 'running', 5]);
    const { jobId } = started.body;
    expect(started.headers.get('location')).toBe(`/v1/bulk/${jobId}`);
    expect((await start('lead', body, { key: 'one' })).body.jobId).toBe(jobId);

    await runs.slice({ jobId });
    // A worker that died before it kept what came of it sends the same items again.
    api.store.sqlite
      .prepare(`UPDATE bulk_items SET status = 'waiting', seq = NULL WHERE status = 'done'`)
      .run();
    await runs.through(jobId);
    const job = await read('lead', jobId);
    expect([job.status, job.counts.done, job.counts.refused]).toEqual(['ended', 3, 2]);
    expect(job.items.map(({ status, code }: { status: string; code: string }) => [status, code])).toEqual([
      ['done', null],
      ['done', null],
      ['refused', 'TASK_NOT_OPEN'],
      ['done', null],
      ['refused', 'TASK_UNKNOWN'],
    ]);
    for (const [index, { taskId, caseId }] of tasks.entries()) {
      if (index !== 2) {
        expect(await assigneeOf(taskId, caseId)).toBe('agent-2');
        const found = (await entries(caseId)).filter(({ type }) => type === 'task.reassigned');
        expect(found.map(({ seq }) => seq)).toEqual([job.items[index].seq]);
        expect(found[0]?.actorId).toBe('lead');
      }
    }
    expect(recordsAbout(jobId).map(({ type }) => type)).toEqual(['bulk.started', 'bulk.ended']);
    expect(recordsAbout(jobId)[1]?.detail).toEqual({ done: 3, refused: 2 });
    const refused = recordsOf(api.store).filter(({ detail }) => detail.jobId === jobId);
    expect(refused.map(({ type, detail }) => [type, detail.code])).toEqual([
      ['command.refused', 'TASK_NOT_OPEN'],
      ['command.refused', 'TASK_UNKNOWN'],
    ]);
  });

  it('keeps its reason in the vault alone, and no longer than it runs', async () => {
    const tasks = await opened(1);
    const reason = 'Mr Wang broke his leg';
    const { body } = await start('lead', {
      ...{ verb: 'comment', args: { text: 'Zhao Liu called again' }, ids: idsOf(tasks), reason },
    });
    const bytes = () =>
      ['', '-wal'].map((end) => readFileSync(`${api.store.file}${end}`).toString('latin1')).join();
    expect(bytes()).not.toContain('broke his leg');
    const texts = () =>
      api.store.sqlite
        .prepare('SELECT text_ciphertext IS NULL FROM bulk_jobs WHERE job_id = ?')
        .pluck()
        .get(body.jobId);
    expect(texts()).toBe(0);
    await runs.through(body.jobId);
    expect(texts()).toBe(1);
    const { caseId } = tasks[0] as { caseId: string };
    const shown = (await api.call('lead', 'GET', `/v1/cases/${caseId}/entries`)).body.items.at(-1);
    expect(shown.reason).toBe(reason);
    expect(bytes()).not.toMatch(/broke his leg|called again/);
    const keys = api.store.sqlite.prepare(`SELECT count(*) FROM vault_keys WHERE subject LIKE 'bulk:%'`);
    expect(keys.pluck().get()).toBe(0);
  });

  it('of a worklist takes the tasks that are on it when it starts, and those alone', async () => {
    await putPerson(api.store, person('mover', ['agent']));
    const tasks = await opened(3);
    for (const { taskId } of tasks) await api.call('mover', 'POST', `/v1/tasks/${taskId}/claim`);
    const { body } = await start('mover', { verb: 'release', filter: { view: 'mine' } });
    expect(body.total).toBe(3);
    const later = (await opened(1))[0] as { taskId: string; caseId: string };
    await api.call('mover', 'POST', `/v1/tasks/${later.taskId}/claim`);
    await runs.through(body.jobId);
    expect((await read('mover', body.jobId)).counts.done).toBe(3);
    expect(await assigneeOf(later.taskId, later.caseId)).toBe('mover');
  });

  it('as a dry run says of each task what would become of it, and changes nothing', async () => {
    const tasks = await opened(2);
    const before = await Promise.all(tasks.map(({ caseId }) => entries(caseId)));
    const ids = [...idsOf(tasks), 'no-such-task'];
    const body = { verb: 'reassign', args: { to: 'finance' }, ids, dryRun: true, reason: 'Try' };
    const received = api.cases.received.length;
    const values = api.store.sqlite.prepare('SELECT count(*) FROM vault_values').pluck();
    const sealed = values.get();
    const wrong = await start('lead', body);
    const right = await start('lead', { ...body, args: { to: 'agent-2' } });
    for (const { body: job } of [wrong, right]) await runs.through(job.jobId);
    const rows = async (jobId: string) =>
      (await read('lead', jobId)).items.map((row: { status: string; code: string }) => [
        row.status,
        row.code,
      ]);
    expect(await rows(wrong.body.jobId)).toEqual([
      ['refused', 'ROLE_REQUIRED'],
      ['refused', 'ROLE_REQUIRED'],
      ['refused', 'TASK_UNKNOWN'],
    ]);
    expect(await rows(right.body.jobId)).toEqual([
      ['allowed', null],
      ['allowed', null],
      ['refused', 'TASK_UNKNOWN'],
    ]);
    expect(await Promise.all(tasks.map(({ caseId }) => entries(caseId)))).toEqual(before);
    expect(api.cases.received.length).toBe(received);
    expect(values.get()).toBe(sealed);
    expect(recordsOf(api.store).filter(({ detail }) => detail.jobId === right.body.jobId)).toEqual([]);
  });

  it('lends those tasks that its starter has, until a time that the job says', async () => {
    const tasks = await opened(3);
    for (const { taskId } of tasks.slice(0, 2)) await api.call('agent', 'POST', `/v1/tasks/${taskId}/claim`);
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const body = { verb: 'delegate', args: { to: 'agent-2', until }, ids: idsOf(tasks) };
    const tried = (await start('agent', { ...body, dryRun: true })).body;
    const { jobId, to } = (await start('agent', body)).body;
    expect(to).toBe('agent-2');
    for (const id of [tried.jobId, jobId]) await runs.through(id);
    const codes = async (id: string) =>
      (await read('agent', id)).items.map(
        ({ status, code }: { status: string; code: string }) => code ?? status,
      );
    expect(await codes(tried.jobId)).toEqual(['allowed', 'allowed', 'ROLE_REQUIRED']);
    expect(await codes(jobId)).toEqual(['done', 'done', 'ROLE_REQUIRED']);
    const lent = (await api.call('lead', 'GET', `/v1/cases/${tasks[0]?.caseId}`)).body.tasks[0];
    expect(lent).toMatchObject({ assignee: 'agent-2', delegation: { from: 'agent', until } });
    expect(recordsAbout(jobId)[0]?.detail).toMatchObject({ verb: 'delegate', to: 'agent-2', until });
  });

  it('copies cases to several people, and to nobody who has no part in one', async () => {
    const tasks = await opened(2);
    const recused = { personId: 'qa', reason: 'Their own complaint' };
    const { caseId } = tasks[1] as { caseId: string };
    expect((await api.call('compliance', 'POST', `/v1/cases/${caseId}/recusals`, recused)).status).toBe(200);
    const body = { verb: 'copy', args: { to: ['legal', 'qa'] }, ids: idsOf(tasks) };
    const { jobId, to } = (await start('lead', body)).body;
    expect(to).toBeNull();
    await runs.through(jobId);
    const { items } = await read('lead', jobId);
    expect(items.map(({ code }: { code: string }) => code)).toEqual([null, 'CONFLICT_OF_INTEREST']);
    const watchers = (id: string | undefined) =>
      api.call('lead', 'GET', `/v1/cases/${id}`).then(({ body: shown }) => shown.watchers);
    expect(await watchers(tasks[0]?.caseId)).toEqual(['legal', 'qa']);
    expect(await watchers(caseId)).toEqual([]);
    expect(recordsAbout(jobId)[0]?.detail).toMatchObject({ people: ['legal', 'qa'] });
  });

  it('goes by the rights that its starter has with each task: what is taken away meanwhile is refused', async () => {
    await putPerson(api.store, person('chief', ['lead']));
    const tasks = await opened(3);
    const body = { verb: 'reassign', args: { to: 'agent-2' }, ids: idsOf(tasks), perSecond: 1 };
    const { jobId } = (await start('chief', body)).body;
    const one = runs.slice({ jobId });
    await expect.poll(async () => (await read('chief', jobId)).counts.done).toBeGreaterThan(0);
    await putPerson(api.store, person('chief', ['agent']));
    await one;
    await runs.through(jobId);
    const { items, counts } = await read('chief', jobId);
    expect(counts.refused).toBeGreaterThan(0);
    expect(items.at(-1).code).toBe('ROLE_REQUIRED');

    const again = (await start('chief', { ...body, verb: 'claim', args: {} })).body.jobId;
    await putPerson(api.store, person('chief', ['agent'], { status: 'disabled' }));
    await runs.through(again);
    await putPerson(api.store, person('chief', ['agent']));
    const codes = (await read('chief', again)).items.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(['PERSON_UNKNOWN', 'PERSON_UNKNOWN', 'PERSON_UNKNOWN']);
  });

  it('that a service key started ends with the key', async () => {
    const made = await createServiceKey(
      api.store,
      'default',
      { name: 'night', roles: ['lead'], scopes: ['tasks:write'], expiresAtMs: Date.now() + 3_600_000 },
      { actorId: 'admin', atMs: Date.now(), humanId: 'admin' },
    );
    if (!('key' in made)) throw new Error('No key');
    const tasks = await opened(1);
    const bearer = { headers: { authorization: `Bearer ${made.key}` } };
    const body = { verb: 'reassign', args: { to: 'agent-2' }, ids: idsOf(tasks) };
    const { status, body: job } = await start('lead', body, bearer);
    expect(status).toBe(202);
    await revokeServiceKey(api.store, 'default', made.saved.keyId, { actorId: 'admin', atMs: Date.now() });
    await runs.through(job.jobId);
    const codes = api.store.sqlite.prepare('SELECT code FROM bulk_items WHERE job_id = ?').pluck();
    expect(codes.all(job.jobId)).toEqual(['SCOPE_REQUIRED']);
  });

  it('does nothing in a case that its starter has no part in, and does not show that it is there', async () => {
    await putPerson(api.store, person('outsider', ['lead']));
    const tasks = await opened(2);
    const [hidden, seen] = tasks as [{ caseId: string; taskId: string }, { caseId: string; taskId: string }];
    const recused = { personId: 'outsider', reason: 'Their own complaint' };
    const { jobId } = (await start('outsider', { verb: 'remind', ids: idsOf(tasks) })).body;
    expect(
      (await api.call('compliance', 'POST', `/v1/cases/${hidden.caseId}/recusals`, recused)).status,
    ).toBe(200);
    await runs.through(jobId);
    const job = await read('outsider', jobId);
    expect(job.items.map(({ taskId }: { taskId: string }) => taskId)).toEqual([seen.taskId]);
    expect([job.total, job.counts.done, job.counts.refused]).toEqual([1, 1, 0]);
    const blind = (await start('outsider', { verb: 'remind', ids: [hidden.taskId] })).body.jobId;
    await runs.through(blind);
    const { items } = await read('outsider', blind);
    expect(items).toMatchObject([{ caseId: null, status: 'refused', code: 'TASK_UNKNOWN' }]);
    expect(await typesOf(hidden.caseId)).not.toContain('task.reminded');
    const listed = await start('outsider', { verb: 'remind', filter: { view: 'all' }, dryRun: true });
    const all = api.store.sqlite.prepare('SELECT case_id FROM bulk_items WHERE job_id = ?').pluck();
    expect(all.all(listed.body.jobId)).not.toContain(hidden.caseId);
    await api.call('outsider', 'POST', `/v1/bulk/${listed.body.jobId}/cancel`);
    await runs.through(listed.body.jobId);
  });

  it('is paused, goes on, and is cancelled by its starter alone; what waits then is cancelled', async () => {
    const tasks = await opened(3);
    const { jobId } = (await start('lead', { verb: 'remind', ids: idsOf(tasks) })).body;
    const wish = async (who: string, what: string) => {
      const { status, body } = await api.call(who, 'POST', `/v1/bulk/${jobId}/${what}`);
      return [status, body.code ?? body.status];
    };
    expect(await wish('lead', 'pause')).toEqual([200, 'paused']);
    expect((await runs.slice({ jobId })).next).toBe('paused');
    expect((await read('lead', jobId)).counts.waiting).toBe(3);
    expect(await wish('lead', 'resume')).toEqual([200, 'running']);
    expect(await wish('manager', 'cancel')).toEqual([404, 'BULK_UNKNOWN']);
    expect((await api.call('manager', 'GET', `/v1/bulk/${jobId}`)).status).toBe(404);
    expect(await wish('lead', 'cancel')).toEqual([200, 'cancelled']);
    expect(await wish('lead', 'resume')).toEqual([409, 'BULK_ENDED']);
    expect((await runs.through(jobId)).next).toBe('stop');
    const job = await read('lead', jobId);
    expect([job.status, job.counts.cancelled]).toEqual(['cancelled', 3]);
    expect(recordsAbout(jobId).map(({ type }) => type)).toEqual([
      ...['bulk.started', 'bulk.paused', 'bulk.resumed', 'bulk.cancelled', 'bulk.ended'],
    ]);
    const mine = (await api.call('lead', 'GET', '/v1/bulk?limit=200')).body.items;
    expect(mine.map((each: { jobId: string }) => each.jobId)).toContain(jobId);
    expect(mine.length).toBeGreaterThan(2);
    for (const listed of mine.slice(0, 3)) {
      expect(listed.counts).toEqual((await read('lead', listed.jobId)).counts);
    }
    expect((await api.call('manager', 'GET', '/v1/bulk')).body.items).toEqual([]);
  });

  it('tries again what an engine that was away left open, and gives up with a code in the end', async () => {
    const tasks = await opened(2);
    const { jobId } = (await start('lead', { verb: 'remind', ids: idsOf(tasks) })).body;
    api.cases.failWith('PROJECTION_BEHIND');
    expect(await runs.slice({ jobId, isLast: false })).toMatchObject({ next: 'round', waiting: 2 });
    api.cases.failWith(undefined);
    expect(await runs.slice({ jobId, isLast: false })).toMatchObject({ next: 'round', waiting: 0 });
    expect((await read('lead', jobId)).counts.done).toBe(2);
    await runs.through(jobId);

    const other = (await start('lead', { verb: 'comment', args: { text: 'Hm' }, ids: idsOf(tasks) })).body
      .jobId;
    api.cases.failWith('CASE_NOT_RUNNING');
    await runs.through(other);
    api.cases.failWith(undefined);
    const { items } = await read('lead', other, '&status=failed');
    expect(items.map(({ code }: { code: string }) => code)).toEqual(['CASE_NOT_RUNNING', 'CASE_NOT_RUNNING']);
  });

  it('is forgotten, with its rows, 90 days after its end; its records stay', async () => {
    const tasks = await opened(2);
    const ids = idsOf(tasks);
    const { jobId } = (await start('qa', { verb: 'remind', ids, dryRun: true })).body;
    await runs.through(jobId);
    const open = (await start('qa', { verb: 'remind', ids })).body.jobId;
    const day = 86_400_000;
    const sweep = async (nowMs: number) => {
      while ((await sweepBulkJobs(api.store, nowMs)) > 0);
    };
    await sweep(Date.now() + 89 * day);
    expect((await read('qa', jobId)).items).toHaveLength(2);
    await sweep(Date.now() + 91 * day);
    expect((await api.call('qa', 'GET', `/v1/bulk/${jobId}`)).status).toBe(404);
    const rows = api.store.sqlite.prepare('SELECT count(*) FROM bulk_items WHERE job_id = ?').pluck();
    expect([rows.get(jobId), rows.get(open)]).toEqual([0, 2]);
    expect(recordsAbout(jobId)).toHaveLength(2);
  });

  it('has rows that are read page by page, each once', async () => {
    const tasks = await opened(5);
    const { jobId } = (await start('lead', { verb: 'remind', ids: idsOf(tasks), dryRun: true })).body;
    await runs.through(jobId);
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const { body } = await api.call('lead', 'GET', `/v1/bulk/${jobId}?limit=2${cursor}`);
      seen.push(...body.items.map(({ taskId }: { taskId: string }) => taskId));
      next = body.next;
    }
    expect(seen).toEqual(idsOf(tasks));
  });
});

describe('refused is', () => {
  const ids = ['task-1'];
  it.each([
    ['what decides', { verb: 'complete', ids }],
    ['what sends back', { verb: 'return', ids }],
    ['what recalls', { verb: 'withdraw', ids }],
    ['a job of nothing', { verb: 'claim' }],
    ['ids and a filter', { verb: 'claim', ids, filter: {} }],
    ['no receiver', { verb: 'reassign', ids }],
    ['a text for what takes none', { verb: 'claim', ids, args: { text: 'x' } }],
    ['a loan without an end', { verb: 'delegate', ids, args: { to: 'agent-2' } }],
    [
      'an end for what is no loan',
      { verb: 'reassign', ids, args: { to: 'agent-2', until: '2099-01-01T00:00:00Z' } },
    ],
    ['a copy to nobody', { verb: 'copy', ids, args: { to: [] } }],
    ['a copy to no list', { verb: 'copy', ids, args: { to: 'qa' } }],
    ['several receivers of one task', { verb: 'reassign', ids, args: { to: ['agent-2', 'qa'] } }],
    ['too fast a pace', { verb: 'claim', ids, perSecond: 101 }],
  ])('%s', async (_, body) => {
    const { status, body: problem } = await start('lead', body);
    expect([status, problem.code]).toEqual([422, 'INPUT_INVALID']);
  });

  it('a copy to somebody whom nobody knows, and a loan that is over', async () => {
    const unknown = await start('lead', { verb: 'copy', args: { to: ['qa', 'nobody'] }, ids });
    expect([unknown.body.code, unknown.body.errors[0].pointer]).toEqual(['PERSON_UNKNOWN', '/args/to/1']);
    const until = '2020-01-01T00:00:00Z';
    const over = await start('lead', { verb: 'delegate', args: { to: 'agent-2', until }, ids });
    expect([over.status, over.body.code]).toEqual([422, 'TIME_INVALID']);
    expect(over.body.errors[0].pointer).toBe('/args/until');
  });

  it('a receiver whom nobody knows, an empty worklist, who sees no cases, and a fourth job at once', async () => {
    const code = async (who: string, body: object) => (await start(who, body)).body.code;
    expect(await code('lead', { verb: 'reassign', args: { to: 'nobody' }, ids })).toBe('PERSON_UNKNOWN');
    await putPerson(api.store, person('idle', ['lead']));
    expect(await code('idle', { verb: 'remind', filter: {} })).toBe('BULK_EMPTY');
    await putPerson(api.store, person('guest', ['customer']));
    expect(await code('guest', { verb: 'claim', ids })).toBe('ROLE_REQUIRED');
    for (let n = 0; n < 3; n++) expect(await code('idle', { verb: 'claim', ids })).toBeUndefined();
    expect(await code('idle', { verb: 'claim', ids })).toBe('BULK_TOO_MANY');
    const refused = recordsOf(api.store).filter(
      ({ actorId, type }) => actorId === 'idle' && type === 'command.refused',
    );
    expect(refused.map(({ detail }) => detail.code)).toEqual(['BULK_EMPTY', 'BULK_TOO_MANY']);
  });

  it('a job without the engine: it is kept, and the same request begins it later', async () => {
    const tasks = await opened(1);
    const body = { verb: 'remind', ids: idsOf(tasks) };
    api.cases.failWith('ENGINE_UNAVAILABLE');
    const away = await start('complaints-manager', body, { key: 'later' });
    expect([away.status, away.body.code]).toEqual([503, 'ENGINE_AWAY']);
    api.cases.failWith(undefined);
    const again = await start('complaints-manager', body, { key: 'later' });
    expect(again.status).toBe(202);
    expect((await api.call('complaints-manager', 'GET', '/v1/bulk')).body.items).toHaveLength(1);

    // Nobody asks again after the next one: a worker finds it a minute later, and none that has begun.
    api.cases.failWith('ENGINE_UNAVAILABLE');
    await start('manager', body);
    api.cases.failWith(undefined);
    const [lost] = (await api.call('manager', 'GET', '/v1/bulk')).body.items;
    const woken: string[] = [];
    const signalWithStart = async (_type: string, { workflowId }: { workflowId: string }) => {
      woken.push(workflowId);
    };
    const client = {
      withDeadline: (_until: number, work: () => Promise<void>) => work(),
      workflow: { signalWithStart },
    } as unknown as Client;
    await wakeAsked(api.store, client, 'queue');
    expect(woken).toEqual([]);
    api.store.sqlite.prepare('UPDATE bulk_jobs SET started_at_ms = started_at_ms - 61000').run();
    await wakeAsked(api.store, client, 'queue');
    expect(woken).toContain(`bulk:default:${lost.jobId}`);
    await runs.through(lost.jobId);
    woken.length = 0;
    await wakeAsked(api.store, client, 'queue');
    expect(woken).not.toContain(`bulk:default:${lost.jobId}`);
  });
});
