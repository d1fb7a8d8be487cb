import { afterEach, beforeEach, expect, test } from 'vitest';
import { deadlinesOf, entriesOf, getCase, tasksOf } from '../../db/read/get-case.ts';
import { listCases } from '../../db/read/list-cases.ts';
import { listTasks, type TaskQuery } from '../../db/read/list-tasks.ts';
import { project } from '../../db/write/project.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { type CaseDriver, day, drive, hour } from '../kernel/case-driver.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: what the kernel makes is what the store shows, after each step, through breach and re-opening.

let opened: TemporaryStore;
beforeEach(async () => {
  opened = await temporaryStore();
});
afterEach(() => opened.remove());

const tenant = 'tenant-1';
const caseId = 'case-1';

const definition: Partial<RuntimeDefinition> = {
  events: { register: { by: ['handler'] }, close: { by: ['handler'] } },
  machine: {
    initial: 'intake',
    states: {
      intake: { on: { register: 'review' } },
      review: { on: { close: 'done' } },
      done: { type: 'final' },
    },
  },
  tasks: {
    intake: { role: 'handler', outcomes: ['register'] },
    review: { role: 'handler', department: 'north', outcomes: ['close'] },
  },
  deadlines: {
    decision: {
      source: { kind: 'company promise', rule: 'example' },
      starts: [{ opened: true }],
      stops: [{ enter: 'done' }],
      limit: 'P1D',
      count: 'calendar-days',
    },
  },
  reopen: { by: ['handler'], from: { done: { target: 'review' } } },
};

/** Sends the entries that the store does not have yet, as the workflow does. */
const flush = async (driver: CaseDriver) => {
  const stored = (await getCase(opened.store, { tenant, caseId }))?.lastSeq ?? 0;
  const entries = driver.entries.slice(stored);
  const answer = await project(opened.store, {
    tenant,
    caseId,
    state: driver.state,
    entries,
    effects: driver.effects,
  });
  expect(answer).toEqual({ seq: driver.state.seq, headHash: driver.state.headHash });
  expect((await getCase(opened.store, { tenant, caseId }))?.state).toEqual(driver.state);
};

test('a case from opening through breach and closing to re-opening', async () => {
  const driver = drive(definition);
  await flush(driver);
  expect(
    (await listTasks(opened.store, { tenant, view: 'candidate', groupKeys: ['role:handler'] })).items,
  ).toMatchObject([{ state: 'intake', dueAt: driver.state.deadlines.decision?.dueAt }]);

  driver.event('register', 'handler', hour(1));
  await flush(driver);
  const north: TaskQuery = { tenant, view: 'candidate', groupKeys: ['role:handler/dept:north'] };
  expect((await listTasks(opened.store, north)).items).toMatchObject([
    { state: 'review', department: 'north' },
  ]);

  driver.wake(day(3));
  await flush(driver);
  expect((await listCases(opened.store, { tenant, breached: true, state: 'review' })).items).toMatchObject([
    { caseId },
  ]);

  driver.event('close', 'handler', day(4));
  await flush(driver);
  expect(await getCase(opened.store, { tenant, caseId })).toMatchObject({
    status: 'closed',
    dueAt: null,
    epoch: 1,
  });
  expect((await listTasks(opened.store, { tenant, view: 'all' })).items).toEqual([]);

  const closed = { state: driver.state, entries: [...driver.entries] };
  driver.reopen({}, day(5));
  await flush(driver);
  expect(await getCase(opened.store, { tenant, caseId })).toMatchObject({
    status: 'open',
    epoch: 2,
    closedAt: null,
  });
  expect(await tasksOf(opened.store, { tenant, caseId })).toHaveLength(3);
  expect(await deadlinesOf(opened.store, { tenant, caseId })).toMatchObject([{ name: 'decision' }]);
  const trail = await entriesOf(opened.store, { tenant, caseId });
  expect(trail.map(({ leaf, hash }) => ({ leaf, hash }))).toEqual(
    driver.entries.map(({ leaf, hash }) => ({ leaf, hash })),
  );
  // The run that was closed sends its last batch once more: it is known, and changes nothing.
  await project(opened.store, { tenant, caseId, ...closed, effects: [] });
  expect(await getCase(opened.store, { tenant, caseId })).toMatchObject({ epoch: 2, status: 'open' });
});
