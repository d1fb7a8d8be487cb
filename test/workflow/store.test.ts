import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entriesOf, getCase } from '../../db/read/get-case.ts';
import { compile } from '../../machines/kernel/compile.ts';
import { caseWorkflowId } from '../../workflows/messages.ts';
import { admin, handler, miniDefinition, miniInput, reason, send } from '../support/mini-case.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { answerOf, startTestWorker, type TestWorker } from '../support/worker.ts';

let server: TestServer;
let cases: TestWorker;

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  cases = await startTestWorker({ temporal: server.temporal, client: server.client });
}, 60_000);

afterAll(async () => {
  await cases?.stop();
  await server?.stop();
});

const handleOf = (caseId: string) => server.client.workflow.getHandle(caseWorkflowId('acme', caseId));
const rowOf = (caseId: string) => getCase(cases.store, { tenant: 'acme', caseId });
const opened = async () => answerOf((await cases.open()).outcome).caseId;
const closed = async () => {
  const caseId = await opened();
  answerOf(await cases.send(caseId, send('drop')));
  await expect.poll(async () => (await handleOf(caseId).describe()).status.name).toBe('COMPLETED');
  return caseId;
};

test('while the store is away: what was sent is taken, what comes after is put off, and it recovers alone', async () => {
  const caseId = await opened();
  const lock = new Database(cases.store.file);
  lock.exec('BEGIN IMMEDIATE');
  try {
    const startedAtMs = performance.now();
    expect(answerOf(await cases.send(caseId, send('note')))).toMatchObject({ seq: 2, projected: false });
    const tookMs = performance.now() - startedAtMs;
    expect(tookMs).toBeGreaterThan(1_000);
    expect(tookMs).toBeLessThan(3_000);
    expect(await cases.send(caseId, send('note'))).toEqual({ type: 'condition', code: 'PROJECTION_BEHIND' });
    expect((await cases.state(caseId)).seq).toBe(2);
    expect((await rowOf(caseId))?.lastSeq).toBe(1);
  } finally {
    lock.close();
  }
  await expect.poll(async () => (await rowOf(caseId))?.lastSeq, { timeout: 10_000 }).toBe(2);
  await expect
    .poll(async () => (await cases.send(caseId, send('note'))).type, { timeout: 5_000 })
    .toBe('answered');
  const entries = await entriesOf(cases.store, { tenant: 'acme', caseId });
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('a store that went back to an older copy is not written to: the case stops and says so', async () => {
  const caseId = await opened();
  answerOf(await cases.send(caseId, send('note')));
  // As a restored backup would have it: the last entry is gone, and the case stands where it stood before.
  const { sqlite } = cases.store;
  sqlite.exec('DROP TRIGGER entries_no_delete');
  sqlite.pragma('foreign_keys = OFF');
  sqlite.prepare('DELETE FROM entries WHERE case_id = ? AND seq = 2').run(caseId);
  sqlite
    .prepare(
      'UPDATE cases SET last_seq = 1, head_hash = (SELECT hash FROM entries WHERE case_id = cases.case_id AND seq = 1) WHERE case_id = ?',
    )
    .run(caseId);
  expect(await cases.send(caseId, send('note'))).toEqual({ type: 'condition', code: 'TRAIL_DIVERGED' });
  expect(await cases.send(caseId, send('note'))).toEqual({ type: 'condition', code: 'TRAIL_DIVERGED' });
  expect((await rowOf(caseId))?.lastSeq).toBe(1);
  const { status, typedSearchAttributes } = await handleOf(caseId).describe();
  expect(status.name).toBe('RUNNING');
  const shown = typedSearchAttributes.getAll().find(({ key }) => key.name === 'CaseloomState');
  expect(shown?.value).toBe('TRAIL_DIVERGED');
});

test('of two runs of one case the second ends itself and writes nothing', async () => {
  const caseId = await opened();
  const head = (await rowOf(caseId))?.headHash;
  await handleOf(caseId).terminate();
  const { outcome } = await cases.open({ opening: { caseId, commandId: 'other' } });
  expect(outcome).toEqual({ type: 'condition', code: 'TRAIL_DIVERGED' });
  await expect.poll(async () => (await handleOf(caseId).describe()).status.name).toBe('FAILED');
  expect((await rowOf(caseId))?.headHash).toBe(head);
});

test('a case that is closed is shown as closed at once', async () => {
  const caseId = await closed();
  const { typedSearchAttributes } = await handleOf(caseId).describe();
  const shown = typedSearchAttributes.getAll().find(({ key }) => key.name === 'CaseloomState');
  expect(shown?.value).toBe((await rowOf(caseId))?.states.join(' '));
});

test('a closed case is opened again from the store, in a new epoch, once', async () => {
  const caseId = await closed();
  const state = (await rowOf(caseId))?.state;
  if (!state) {
    throw new Error('not stored');
  }
  const reopening = (id: string) => ({
    compile: miniInput(),
    start: { type: 'reopen', state, reopening: { id, type: 'reopen', facts: handler, reason } } as const,
  });
  const first = await cases.start(reopening('again-1'), state);
  expect(answerOf(first)).toMatchObject({ epoch: 2, seq: state.seq + 1, status: 'open', projected: true });
  expect(await cases.start(reopening('again-1'), state)).toEqual(first);
  expect(await cases.start(reopening('again-2'), state)).toMatchObject({
    type: 'refused',
    refusal: { code: 'REOPEN_NOT_ALLOWED' },
  });
  expect(answerOf(await cases.send(caseId, send('drop'))).status).toBe('closed');
});

test('opened again from a copy that the store has left behind, the run ends itself', async () => {
  const caseId = await closed();
  const state = (await rowOf(caseId))?.state;
  if (!state) {
    throw new Error('not stored');
  }
  const start = (id: string) =>
    cases.start(
      {
        compile: miniInput(),
        start: { type: 'reopen', state, reopening: { id, type: 'reopen', facts: handler, reason } },
      },
      state,
    );
  answerOf(await start('first'));
  answerOf(await cases.send(caseId, send('drop')));
  await expect.poll(async () => (await handleOf(caseId).describe()).status.name).toBe('COMPLETED');
  expect(await start('second')).toEqual({ type: 'condition', code: 'TRAIL_DIVERGED' });
  await expect.poll(async () => (await handleOf(caseId).describe()).status.name).toBe('FAILED');
  expect((await rowOf(caseId))?.epoch).toBe(2);
});

test('a case whose run was lost is recovered from the store, in a new epoch', async () => {
  const caseId = await opened();
  answerOf(await cases.send(caseId, send('acknowledge')));
  await handleOf(caseId).terminate();
  const state = (await rowOf(caseId))?.state;
  if (!state) {
    throw new Error('not stored');
  }
  const recover = (facts: typeof admin) =>
    cases.start(
      { compile: miniInput(), start: { type: 'recover', state, recovery: { id: `${caseId}.r`, facts } } },
      state,
    );
  expect(await recover(handler)).toMatchObject({ type: 'refused', refusal: { code: 'ROLE_REQUIRED' } });
  expect(answerOf(await recover(admin))).toMatchObject({ epoch: 2, seq: 3, projected: true });
  expect(answerOf(await cases.send(caseId, send('estimate', handler, { amount: 5 }))).seq).toBe(4);
});

test('newly published calendars are an entry, and the case counts with them from then on', async () => {
  const caseId = await opened();
  const always = miniInput().calendars.always;
  if (!always) {
    throw new Error('no calendar');
  }
  const calendars = { always: { ...always, version: '2' }, other: always };
  const command = { id: `${caseId}.c`, type: 'recalculate', calendars, facts: admin } as const;
  answerOf(await cases.send(caseId, command));
  const after = compile({ ...miniInput(), calendars: { always: calendars.always } });
  expect((await rowOf(caseId))?.state.calendars).toEqual(after.calendarHashes);
  answerOf(await cases.send(caseId, send('note')));
  const last = (await entriesOf(cases.store, { tenant: 'acme', caseId })).at(-1);
  expect(JSON.parse(last?.leaf ?? '').calendar).toEqual(after.calendarHashes);
});

test('a command that closes the case while a timer of it fires is answered once and stored once', async () => {
  const { received, ...others } = miniDefinition.machine.states ?? {};
  const quick = {
    ...miniDefinition,
    machine: {
      ...miniDefinition.machine,
      states: { ...others, received: { ...received, after: { PT2S: 'expired' } } },
    },
  };
  const { caseId, outcome } = await cases.open({ compile: miniInput(quick) });
  answerOf(outcome);
  await sleep(1_000);
  // The run waits for the store with its task open; the server takes no end of a run that has not seen its timer fire.
  const lock = new Database(cases.store.file);
  lock.exec('BEGIN IMMEDIATE');
  const answer = cases.send(caseId, send('drop'));
  await sleep(1_400);
  lock.close();
  // Sent again it is answered, or judged while the run finds out what it had stored: the store says which.
  expect(await answer).not.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  await expect.poll(async () => (await handleOf(caseId).describe()).status.name).toBe('COMPLETED');
  const { events } = await handleOf(caseId).fetchHistory();
  const failed = events?.filter(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes);
  expect(failed?.length).toBe(1);
  const entries = await entriesOf(cases.store, { tenant: 'acme', caseId });
  expect(entries.map(({ type }) => type)).toEqual(['case.opened', 'drop']);
});
