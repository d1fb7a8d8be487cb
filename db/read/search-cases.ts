import { and, eq, gte, type SQL, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { caseFacets, cases, searchRows } from '../schema/index.ts';
import { listOfCursor, type Page } from './cursor.ts';
import { isOneOf } from './is-one-of.ts';
import {
  type CaseListRow,
  type CaseQuery,
  caseColumns,
  conditionsAmong,
  facetsOf,
  listCases,
} from './list-cases.ts';
import { type IndexRange, narrowCaseIds, narrowRows, rowsOfCases, type Side } from './narrow-side.ts';
import { searchPage } from './search-rows.ts';
import { amongNear } from './sight.ts';
import { startsWith } from './task-filter.ts';

const list = 'cases/text';

/** The cases of these rows of the index that a list with this query would show. */
export const casesAmong = (db: Db, { q: _, ...query }: CaseQuery, rows: number[]) =>
  db
    .select({ n: searchRows.n, ...caseColumns })
    .from(searchRows)
    .crossJoin(cases)
    .where(
      and(
        isOneOf(searchRows.n, rows),
        // The plus sign keeps out the index by tenant, which would walk all cases.
        sql`+${searchRows.tenant} = ${cases.tenant}`,
        eq(cases.caseId, searchRows.caseId),
        ...conditionsAmong(query, searchRows),
      ),
    );

/** The part of an index for each filter that has one. */
const sidesOf = (query: CaseQuery): Side[] => {
  const { tenant, kind, definition, department, breached, openedFrom } = query;
  const rangeOf = (
    table: typeof cases | typeof caseFacets,
    index: string,
    condition: SQL | undefined,
  ): Side => {
    const since = openedFrom === undefined ? undefined : gte(table.openedAt, openedFrom);
    return [{ table, index, where: and(eq(table.tenant, tenant), condition, since) }];
  };
  const [definitionId] = definition?.split('@') ?? [];
  return [
    ...facetsOf(query).map((facet) => rangeOf(caseFacets, 'case_facets_opened', eq(caseFacets.facet, facet))),
    ...(kind === undefined ? [] : [rangeOf(cases, 'cases_kind_opened', eq(cases.kind, kind))]),
    ...(definitionId === undefined
      ? []
      : [rangeOf(cases, 'cases_definition_opened', eq(cases.definitionId, definitionId))]),
    ...(department === undefined
      ? []
      : [rangeOf(cases, 'cases_department_opened', eq(cases.department, department))]),
    // As a parameter it would not be the condition of the index.
    ...(breached === true ? [rangeOf(cases, 'cases_breached_opened', sql`${cases.breached} > 0`)] : []),
    ...(openedFrom === undefined ? [] : [rangeOf(cases, 'cases_opened', undefined)]),
  ];
};

/** The cases whose number begins so. */
const numbersOf = ({ tenant, q }: { tenant: string; q: string }): IndexRange => ({
  table: cases,
  index: 'cases_number',
  where: and(eq(cases.tenant, tenant), startsWith(cases.number, q)),
});

/**
 * One page of the cases whose number begins with `q`, in the order of numbers; where there is none, of those in whose
 * number or open texts it is found, the newest first. `by` says which.
 *
 * @throws CursorInvalid
 */
export const searchCaseList = async (
  store: Store,
  query: CaseQuery & { q: string },
): Promise<Page<CaseListRow> & { by: 'number' | 'text' }> => {
  const { q: text, limit, cursor } = query;
  if (cursor === undefined || listOfCursor(cursor) !== list) {
    const caseIds = await store.read((db) => narrowCaseIds(db, numbersOf(query), sidesOf(query)));
    const page = await listCases(store, caseIds === undefined ? query : { ...query, caseIds });
    if (page.items.length > 0 || cursor !== undefined) return { ...page, by: 'number' };
  }
  const page = await searchPage(store, {
    ...{ list, tenant: query.tenant, text, limit, cursor },
    narrow: (db) => {
      const near = amongNear(db, query).caseIds;
      return near === undefined ? narrowRows(db, sidesOf(query)) : rowsOfCases(db, query.tenant, near);
    },
    rowsOf: (db, rows) =>
      casesAmong(db, query, rows)
        .all()
        .map(({ n, ...row }) => ({ n, item: row.caseId, row })),
  });
  return { ...page, by: 'text' };
};
