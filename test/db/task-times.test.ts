import { afterAll, beforeAll, expect, test } from 'vitest';
import { listTaskTimes } from '../../db/read/list-task-times.ts';
import { fillTasks } from '../support/fill-tasks.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: a report over many tasks reads each of them once, and lets everything else have its turn while it does.

const tenant = 'acme';
const count = 1_000;
const year = { tenant, from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };
let opened: TemporaryStore;
beforeAll(async () => {
  opened = await temporaryStore();
  fillTasks(opened.store, { tenant, count });
  // One case has more tasks than a page, and each task's time of assignment says which task it is.
  opened.store.sqlite.exec(`
    UPDATE tasks SET case_id = 'case-00000500' WHERE task_id < 'case-00000400';
    UPDATE tasks SET assigned_at = task_id;`);
});
afterAll(() => opened.remove());

test('each task is on one page, in the time and of the kind asked for', async () => {
  const read = async (asked: Parameters<typeof listTaskTimes>[1]): Promise<(string | null)[]> => {
    const found: (string | null)[] = [];
    for await (const page of listTaskTimes(opened.store, asked)) {
      found.push(...page.map(({ assignedAt }) => assignedAt));
    }
    return found;
  };
  const tasks = await read(year);
  expect([tasks.length, new Set(tasks).size]).toEqual([count, count]);

  const half = '2026-07-01T00:00:00.000Z';
  const [before, after] = [await read({ ...year, to: half }), await read({ ...year, from: half })];
  expect(before.length).toBeGreaterThan(0);
  expect([...before, ...after].toSorted()).toEqual(tasks.toSorted());
  expect(await read({ ...year, kind: 'team' })).toEqual([]);
  const kinds = await Promise.all(
    ['claim', 'complaint', 'exposure', 'approval'].map((kind) => read({ ...year, kind })),
  );
  expect(kinds.flat().toSorted()).toEqual(tasks.toSorted());
});

test('between two pages the event loop goes on', async () => {
  const turns: number[] = [];
  let turn = 0;
  let reads = true;
  const count = (): void => {
    turn += 1;
    if (reads) setImmediate(count);
  };
  setImmediate(count);
  for await (const page of listTaskTimes(opened.store, year)) {
    expect(page.length).toBeLessThanOrEqual(200);
    turns.push(turn);
  }
  reads = false;
  expect(turns.length).toBeGreaterThan(4);
  expect(new Set(turns).size).toBe(turns.length);
});
