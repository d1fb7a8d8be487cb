import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { searchRows, tasks } from '../schema/index.ts';
import { listOfCursor, type Page } from './cursor.ts';
import { listTasks, type TaskQuery, type TaskRow } from './list-tasks.ts';
import { amongMax, isOneOf, searchPage } from './search-rows.ts';
import { filterConditions, tasksBy, viewCondition, viewRanges } from './task-filter.ts';

const list = 'tasks/text';

/** The open tasks of the cases of these rows of the index that a list with this query would show. */
export const tasksAmong = (db: Db, { q: _, ...query }: TaskQuery, rows: number[]) =>
  db
    .select({ n: searchRows.n, ...getTableColumns(tasks) })
    .from(searchRows)
    .crossJoin(tasks)
    .where(
      and(
        isOneOf(searchRows.n, rows),
        // The plus sign keeps out the index by tenant, which would walk all cases.
        sql`+${searchRows.tenant} = ${tasks.tenant}`,
        eq(tasks.caseId, searchRows.caseId),
        viewCondition(query.tenant, query),
        ...filterConditions(query, { byDue: false }),
      ),
    );

/** The rows of the cases in which somebody has a task, where theirs alone are asked for and they are few. */
const ownRows = (store: Store, query: TaskQuery): Promise<number[] | undefined> =>
  store.read((db) => {
    if (query.view !== 'mine') return undefined;
    const rows = new Set<number>();
    for (const range of viewRanges(query.tenant, query)) {
      const some = db
        .select({ n: searchRows.n })
        .from(tasksBy('mine', 'due'))
        .crossJoin(searchRows)
        .where(and(range, eq(searchRows.tenant, tasks.tenant), eq(searchRows.caseId, tasks.caseId)))
        .limit(amongMax + 1)
        .all();
      for (const { n } of some) rows.add(n);
      if (rows.size > amongMax) return undefined;
    }
    return [...rows];
  });

/**
 * One page of the open tasks of cases whose number begins with `q`, in the order of numbers; where there is none, of those
 * in whose number or open texts it is found, the newest case first. `by` says which.
 *
 * @throws CursorInvalid
 */
export const searchTaskList = async (
  store: Store,
  query: TaskQuery & { q: string },
): Promise<Page<TaskRow> & { by: 'number' | 'text' }> => {
  const { q: text, limit, cursor } = query;
  if (cursor === undefined || listOfCursor(cursor) !== list) {
    const page = await listTasks(store, query);
    if (page.items.length > 0 || cursor !== undefined) return { ...page, by: 'number' };
  }
  if ('groupKeys' in query && query.groupKeys.length === 0) return { items: [], next: null, by: 'text' };
  const page = await searchPage(
    store,
    { list, text, limit, cursor, among: await ownRows(store, query) },
    (rows) =>
      store.read((db) =>
        tasksAmong(db, query, rows)
          .all()
          .map(({ n, ...row }) => ({ n, item: row.taskId, row })),
      ),
  );
  return { ...page, by: 'text' };
};
