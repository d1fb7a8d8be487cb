import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { personFacet } from '../case-facets.ts';
import type { Db, Store } from '../open.ts';
import { caseFacets, cases, searchRows, tasks } from '../schema/index.ts';
import { listOfCursor, type Page } from './cursor.ts';
import { isOneOf } from './is-one-of.ts';
import { listTasks, type TaskQuery, type TaskRow } from './list-tasks.ts';
import { type IndexRange, narrowCaseIds, narrowRows, rowsOfCases, type Side } from './narrow-side.ts';
import { searchPage } from './search-rows.ts';
import { amongNear } from './sight.ts';
import {
  assigneesOf,
  filterConditions,
  isOfNobody,
  nearByView,
  startsWith,
  viewCondition,
  viewRanges,
} from './task-filter.ts';

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

/** The view and, where one kind is asked for, its cases. Who has a task holds its case. */
const sidesOf = (query: TaskQuery): Side[] => {
  const { tenant, kind } = query;
  const ofFacet = (facet: string): IndexRange => ({
    table: caseFacets,
    index: 'case_facets_opened',
    where: and(eq(caseFacets.tenant, tenant), eq(caseFacets.facet, facet)),
  });
  const ofKind = and(eq(cases.tenant, tenant), eq(cases.kind, kind ?? ''));
  return [
    query.view === 'mine'
      ? [...assigneesOf(query), ...(query.lentByKind ?? []).flatMap(({ actsFor }) => actsFor)].map((id) =>
          ofFacet(personFacet(id)),
        )
      : viewRanges(tenant, query).map((range) => ofTasks(query, range)),
    ...(kind === undefined ? [] : [[{ table: cases, index: 'cases_kind_opened', where: ofKind }]]),
  ];
};

const ofTasks = ({ view, dueBefore, overdueAt }: TaskQuery, range: SQL): IndexRange => {
  const due = {
    ...(dueBefore === undefined ? {} : { dueBefore }),
    ...(overdueAt === undefined ? {} : { overdueAt }),
  };
  const where = and(range, ...filterConditions(due, { byDue: true }));
  return { table: tasks, index: `tasks_${view}_due`, where };
};

/** The open tasks of cases whose number begins so. */
const numbersOf = ({ tenant, q }: { tenant: string; q: string }): IndexRange => ({
  table: tasks,
  index: 'tasks_number',
  where: and(...viewRanges(tenant, { view: 'all' }), startsWith(tasks.caseNumber, q)),
});

/**
 * One page of the open tasks of cases whose number begins with `q`, in the order of numbers; where there is none, of those
 * in whose number or open texts it is found, the newest case first. `by` says which.
 *
 * @throws CursorInvalid
 */
export const searchTaskList = async (
  store: Store,
  asked: TaskQuery & { q: string },
): Promise<Page<TaskRow> & { by: 'number' | 'text' }> => {
  const query = nearByView(asked);
  const { q: text, limit, cursor } = query;
  if (cursor === undefined || listOfCursor(cursor) !== list) {
    const caseIds = await store.read((db) => narrowCaseIds(db, numbersOf(query), sidesOf(query)));
    const page = await listTasks(store, caseIds === undefined ? query : { ...query, caseIds });
    if (page.items.length > 0 || cursor !== undefined) return { ...page, by: 'number' };
  }
  if (isOfNobody(query)) return { items: [], next: null, by: 'text' };
  const page = await searchPage(store, {
    ...{ list, tenant: query.tenant, text, limit, cursor },
    narrow: (db) => {
      const near = amongNear(db, query).caseIds;
      return near === undefined ? narrowRows(db, sidesOf(query)) : rowsOfCases(db, query.tenant, near);
    },
    rowsOf: (db, rows) =>
      tasksAmong(db, query, rows)
        .all()
        .map(({ n, ...row }) => ({ n, item: row.taskId, row })),
  });
  return { ...page, by: 'text' };
};
