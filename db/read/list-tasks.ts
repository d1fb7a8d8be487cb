import { and, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { type SQLiteColumn, unionAll } from 'drizzle-orm/sqlite-core';
import type { Db, Store } from '../open.ts';
import { tasks } from '../schema/index.ts';
import { type CursorKey, decodeCursor, encodeCursor, type Page, pageOf, pageSize } from './cursor.ts';
import { givenIds, isGiven } from './given-ids.ts';
import { amongNear } from './sight.ts';
import {
  filterConditions,
  isOfNobody,
  nearByView,
  type TaskFilter,
  type TaskView,
  tasksBy,
  viewCondition,
  viewReads,
} from './task-filter.ts';

export type TaskRow = typeof tasks.$inferSelect;

export type TaskSort = 'due' | 'opened' | 'priority';

export type TaskQuery = TaskView &
  TaskFilter & {
    tenant: string;
    /** Default `due`. A search by `q` is in the order of case numbers. */
    sort?: TaskSort;
    limit?: number;
    cursor?: string;
  };

interface Order {
  columns: SQLiteColumn[];
  keys: (row: TaskRow) => CursorKey[];
  /** A key of the right types, to check cursors by. */
  like: CursorKey[];
}

const orders: { [sort in TaskSort | 'number']: Order } = {
  due: {
    columns: [tasks.dueSort, tasks.taskId],
    keys: (row) => [row.dueSort, row.taskId],
    like: ['', ''],
  },
  opened: {
    columns: [tasks.openedAt, tasks.taskId],
    keys: (row) => [row.openedAt, row.taskId],
    like: ['', ''],
  },
  priority: {
    columns: [tasks.priority, tasks.dueSort, tasks.taskId],
    keys: (row) => [row.priority, row.dueSort, row.taskId],
    like: [0, '', ''],
  },
  number: {
    columns: [tasks.caseNumber, tasks.taskId],
    keys: (row) => [row.caseNumber, row.taskId],
    like: ['', ''],
  },
};

// Drizzle refuses a plain column where the table is named by hand, as an index hint needs it.
const columns = Object.fromEntries(
  Object.entries(getTableColumns(tasks)).map(([key, column]) => [
    key,
    sql`${column}`.mapWith(column).as(column.name),
  ]),
) as unknown as ReturnType<typeof getTableColumns<typeof tasks>>;

const orderOf = (query: TaskQuery) => (query.q === undefined ? (query.sort ?? 'due') : 'number');

/** The query of one page and one row more; undefined where the actor holds no key at all. */
export const tasksQuery = (db: Db, query: TaskQuery) => {
  const name = orderOf(query);
  const order = orders[name];
  const { caseIds, ...filter } = query;
  const conditions = filterConditions(filter, { byDue: name === 'due' });
  if (caseIds !== undefined) conditions.push(isGiven(tasks.caseId));
  if (query.cursor !== undefined) {
    const after = decodeCursor(`tasks/${name}`, query.cursor, order.like);
    const ordered = sql.join(order.columns, sql`, `);
    const values = sql.join(
      after.map((value) => sql`${value}`),
      sql`, `,
    );
    conditions.push(sql`(${ordered}) > (${values})`);
  }
  const { by, ranges } =
    name === 'number' || caseIds !== undefined
      ? { by: query.view, ranges: [viewCondition(query.tenant, query)] }
      : viewReads(query.tenant, query);
  const [first, second, ...rest] = ranges;
  if (!first || isOfNobody(query)) return undefined;
  const from =
    caseIds !== undefined
      ? sql`${givenIds(caseIds)} cross join ${tasks} indexed by tasks_case`
      : name === 'number'
        ? sql`${tasks}`
        : tasksBy(by, name);
  const rowsOf = (range: SQL) =>
    db
      .select(columns)
      .from(from)
      .where(and(range, ...conditions));
  const limit = pageSize(query.limit) + 1;
  if (!second) {
    return rowsOf(first)
      .orderBy(...order.columns)
      .limit(limit);
  }
  // SQLite merges the ordered ranges, reading no more of each than the page needs.
  const names = order.columns.map((column) => sql`${sql.identifier(column.name)}`);
  return unionAll(rowsOf(first), rowsOf(second), ...rest.map(rowsOf))
    .orderBy(...names)
    .limit(limit);
};

/**
 * One page of open tasks.
 * @throws CursorInvalid
 */
export const listTasks = async (store: Store, query: TaskQuery): Promise<Page<TaskRow>> => {
  const name = orderOf(query);
  const rows = await store.read((db) => tasksQuery(db, amongNear(db, nearByView(query)))?.all() ?? []);
  return pageOf(rows, pageSize(query.limit), (last) =>
    encodeCursor(`tasks/${name}`, orders[name].keys(last)),
  );
};
