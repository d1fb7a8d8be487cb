import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { casesOfOtherPolicy } from '../../db/read/cases-of-other-policy.ts';
import { entriesOf, getCase } from '../../db/read/get-case.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { type Act, currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { startTestApi } from '../support/api.ts';
import { type BulkRuns, bulkRuns } from '../support/bulk-runs.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: all open cases are put under the table in force by one job that its starter could do by hand, each once and
// with a row that says what became of it; a table published meanwhile ends it.

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
let runs: BulkRuns;
beforeEach(async () => {
  api = await startTestApi();
  runs = bulkRuns(api);
});
afterEach(() => api.stop());

const table = (version: string, acts: Policy['acts'] = {}): Policy => ({
  ...currentPolicy,
  ...{ id: 'ours', version, acts: { ...currentPolicy.acts, ...acts } },
});
const publish = async (policy: Policy): Promise<string> => {
  expect((await api.call('admin', 'PUT', '/v1/policy', policy)).status).toBe(200);
  return policyRef(policy).hash;
};
const start = (who: string, to: string, more: object = { filter: {} }) =>
  api.call(who, 'POST', '/v1/bulk', {
    ...{ verb: 'adopt-policy', args: { to }, reason: 'Ms Li has left', perSecond: 100, ...more },
  });
const read = async (jobId: string) => (await api.call('admin', 'GET', `/v1/bulk/${jobId}?limit=200`)).body;
const rowsOf = async (jobId: string) =>
  (await read(jobId)).items.map(({ caseId, status, code }: { [field: string]: string }) => [
    ...[caseId, status, code],
  ]);
const hashOf = async (caseId: string) =>
  (await getCase(api.store, { tenant: 'default', caseId }))?.state.policy?.hash;
const typesOf = async (caseId: string) =>
  (await entriesOf(api.store, { tenant: 'default', caseId, limit: 200 })).map(({ type }) => type);
const opened = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    ids.push((await api.openComplaint()).caseId);
  }
  return ids;
};
const withdraw = { type: 'withdraw', data: {}, onBehalfOf: { customer: true } };

describe('a job that puts cases under the table in force', () => {
  it('goes through the open cases that follow another one, each once, and then there is none left', async () => {
    const [first = '', closed = '', third = ''] = await opened(3);
    await api.call('handler', 'POST', `/v1/cases/${closed}/events`, withdraw);
    const hash = await publish(table('1.0.0'));
    await opened(1);
    const tried = await start('admin', hash, { filter: {}, dryRun: true });
    expect([tried.status, tried.body.total, tried.body.to]).toEqual([202, 2, hash]);
    await runs.through(tried.body.jobId);
    expect(await rowsOf(tried.body.jobId)).toEqual([
      [first, 'allowed', null],
      [third, 'allowed', null],
    ]);
    expect(await hashOf(first)).toBeUndefined();

    const { jobId } = (await start('admin', hash)).body;
    await runs.slice({ jobId });
    // A worker that died before it kept what came of it sends the same items again.
    api.store.sqlite.prepare(`UPDATE bulk_items SET status = 'waiting' WHERE status = 'done'`).run();
    await runs.through(jobId);
    const job = await read(jobId);
    expect([job.verb, job.counts.done, job.items[0].taskId]).toEqual(['adopt-policy', 2, null]);
    for (const caseId of [first, third]) {
      expect(await hashOf(caseId)).toBe(hash);
      expect((await typesOf(caseId)).filter((type) => type === 'case.policy-adopted')).toHaveLength(1);
    }
    expect(await hashOf(closed)).toBeUndefined();
    expect((await start('admin', hash)).body.code).toBe('BULK_EMPTY');
    const { actorId, detail } = recordsOf(api.store).findLast(({ type }) => type === 'bulk.started') ?? {};
    expect([actorId, detail]).toMatchObject(['admin', { verb: 'adopt-policy', to: hash, by: 'filter' }]);
  });

  it('says of each case that is named why it was not moved', async () => {
    const [moved = '', closed = '', hidden = ''] = await opened(3);
    await api.call('handler', 'POST', `/v1/cases/${closed}/events`, withdraw);
    const out = { personId: 'admin', reason: 'Their own complaint' };
    expect((await api.call('compliance', 'POST', `/v1/cases/${hidden}/recusals`, out)).status).toBe(200);
    const hash = await publish(table('1.0.0'));
    const [there = ''] = await opened(1);
    const ids = [moved, closed, hidden, there, 'no-such-case', moved];
    const { jobId } = (await start('admin', hash, { ids })).body;
    await runs.through(jobId);
    expect(await rowsOf(jobId)).toEqual([
      [moved, 'done', null],
      [closed, 'refused', 'CASE_CLOSED'],
      [hidden, 'refused', 'CASE_UNKNOWN'],
      [there, 'refused', 'POLICY_UNCHANGED'],
      ['no-such-case', 'refused', 'CASE_UNKNOWN'],
    ]);
    expect(await hashOf(hidden)).toBeUndefined();
    expect((await start('admin', hash)).body.code).toBe('BULK_EMPTY');
    const rest = (await start('compliance', hash)).body;
    expect(rest.total).toBe(1);
  });

  it('takes cases of one kind alone where that is asked for', async () => {
    await opened(1);
    const hash = await publish(table('1.0.0'));
    expect((await start('admin', hash, { filter: { kind: 'claim' } })).body.code).toBe('BULK_EMPTY');
    expect((await start('admin', hash, { filter: { kind: 'complaint' } })).body.total).toBe(1);
  });

  it('brings cases back to the shipped table where that is in force again', async () => {
    await publish(table('1.0.0'));
    const [caseId = ''] = await opened(1);
    await api.call('admin', 'DELETE', '/v1/policy');
    const { jobId } = (await start('admin', policyRef(currentPolicy).hash)).body;
    await runs.through(jobId);
    expect(await rowsOf(jobId)).toEqual([[caseId, 'done', null]]);
    expect(await hashOf(caseId)).toBeUndefined();
  });

  it('moves nothing more once another table is in force, or its starter’s right is gone', async () => {
    const [caseId = ''] = await opened(1);
    const { jobId } = (await start('admin', await publish(table('1.0.0')))).body;
    const newer = await publish(table('1.1.0'));
    await runs.through(jobId);
    expect(await rowsOf(jobId)).toEqual([[caseId, 'refused', 'POLICY_UNKNOWN']]);
    const { jobId: other } = (await start('admin', newer)).body;
    api.store.sqlite.prepare(`UPDATE person_groups SET name = 'agent' WHERE person_id = 'admin'`).run();
    await runs.through(other);
    expect(await rowsOf(other)).toEqual([[caseId, 'refused', 'ROLE_REQUIRED']]);
    expect(await hashOf(caseId)).toBeUndefined();
  });
});

describe('what is refused at once', () => {
  it('a wrong role, a table that is not in force, and what is not the request of such a job', async () => {
    await opened(1);
    const hash = await publish(table('1.0.0'));
    const codes = [
      await start('manager', hash),
      await start('admin', 'f'.repeat(64)),
      await start('admin', policyRef(currentPolicy).hash),
    ].map(({ status, body }) => [status, body.code]);
    expect(codes).toEqual([
      [403, 'ROLE_REQUIRED'],
      [422, 'POLICY_UNKNOWN'],
      [422, 'POLICY_UNKNOWN'],
    ]);
    const pointers = [
      await start('admin', 'agent'),
      await start('admin', hash, { filter: { view: 'all' } }),
      await start('admin', hash, { filter: {}, reason: undefined }),
    ].map(({ body }) => [body.code, body.errors[0].pointer]);
    expect(pointers).toEqual([
      ['INPUT_INVALID', '/args/to'],
      ['INPUT_INVALID', '/filter'],
      ['INPUT_INVALID', '/reason'],
    ]);
  });

  it('whoever does not see cases by the table in force', async () => {
    const [caseId = ''] = await opened(1);
    const see = currentPolicy.acts['case.see'] as Act;
    const hash = await publish(table('1.0.0', { 'case.see': { ...see, by: { agent: 'all' } } }));
    expect((await start('admin', hash)).body.code).toBe('ROLE_REQUIRED');
    expect(
      (await api.call('admin', 'POST', `/v1/cases/${caseId}/policy`, { hash, reason: 'Why' })).body.code,
    ).toBe('CASE_UNKNOWN');
  });
});

it('the open cases under another table are read page by page, the first opened first, each once', async () => {
  const [caseId = ''] = await opened(1);
  const copy = api.store.sqlite.prepare(
    `INSERT INTO cases SELECT tenant, @id, number || @id, kind, definition_id, definition_version, definition_hash,
       profile, mode, status, states, state, last_seq, rev, epoch, head_hash, owner, department, received_at,
       opened_at, updated_at, closed_at, due_at, due_sort, breached, incident FROM cases WHERE case_id = @caseId`,
  );
  api.store.sqlite.transaction(() => {
    for (let n = 0; n < 1_200; n++) copy.run({ id: `copy-${n}`, caseId });
  })();
  const found: string[] = [];
  const query = { tenant: 'default', hash: 'f'.repeat(64), sight: { hiding: [] } };
  for await (const page of casesOfOtherPolicy(api.store, query)) found.push(...page);
  expect(found).toHaveLength(1_201);
  expect(new Set(found).size).toBe(1_201);
});
