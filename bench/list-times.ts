import type { Store } from '../db/open.ts';
import { countTasksOf } from '../db/read/count-tasks.ts';
import { deadlinesOf, entriesOf, getCase, linksTo, tasksOf } from '../db/read/get-case.ts';
import { listTasks, type TaskQuery } from '../db/read/list-tasks.ts';
import { quantileOf } from './figure.ts';
import { benchTenant as tenant } from './lifecycle.ts';
import { workerGroupKeys as groupKeys, worker } from './task-store.ts';

/** An instant within the year over which the tasks' due dates are spread. */
const now = '2026-07-01T00:00:00.000Z';
const limit = 50;

const views = [
  { view: 'mine', personId: worker.id },
  { view: 'candidate', groupKeys },
  { view: 'team', groupKeys },
  { view: 'all' },
] as const;
const sorts = ['due', 'opened', 'priority'] as const;
const filters = [{}, { kind: 'claim' }, { overdueAt: now }];

const queries: TaskQuery[] = views.flatMap((view) =>
  sorts.flatMap((sort) => filters.map((filter): TaskQuery => ({ tenant, limit, sort, ...view, ...filter }))),
);

/** Opening a worklist: its first page, the counts beside it, and the page after. */
const openWorklist = async (store: Store, query: TaskQuery): Promise<number[]> => {
  const times: number[] = [];
  const timed = async <T>(read: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const answer = await read();
    times.push(performance.now() - start);
    return answer;
  };
  const first = await timed(() => listTasks(store, query));
  await timed(() => countTasksOf(store, { tenant, personId: worker.id, groupKeys, now }));
  const cursor = first.next;
  if (cursor !== null) {
    await timed(() => listTasks(store, { ...query, cursor }));
  }
  return times;
};

/** 95th percentile of one read, in milliseconds, over every view, order and filter of the worklist. */
export const worklistP95Ms = async (store: Store): Promise<number> => {
  const times: number[] = [];
  for (const query of queries) {
    times.push(...(await openWorklist(store, query)));
  }
  return quantileOf(times, 0.95);
};

/** 95th percentile of reading all that a case's page shows, in milliseconds. */
export const casePageP95Ms = async (store: Store, caseIds: readonly string[]): Promise<number> => {
  const times: number[] = [];
  for (const caseId of caseIds) {
    const start = performance.now();
    const key = { tenant, caseId };
    const found = await getCase(store, key);
    await tasksOf(store, key);
    await deadlinesOf(store, key);
    await linksTo(store, key);
    await entriesOf(store, { ...key, limit });
    if (!found) {
      throw new Error(`The case ${caseId} is not in the store.`);
    }
    times.push(performance.now() - start);
  }
  return quantileOf(times, 0.95);
};
