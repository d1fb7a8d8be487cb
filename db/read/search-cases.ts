import { and, eq, sql } from 'drizzle-orm';
import { personFacet } from '../case-facets.ts';
import type { Db, Store } from '../open.ts';
import { caseFacets, cases, searchRows } from '../schema/index.ts';
import { listOfCursor, type Page } from './cursor.ts';
import { type CaseListRow, type CaseQuery, caseColumns, conditionsAmong, listCases } from './list-cases.ts';
import { amongMax, isOneOf, searchPage } from './search-rows.ts';

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
        ...conditionsAmong(query),
      ),
    );

/** The rows of the cases that somebody holds, where they are asked for and few. */
const heldRows = (store: Store, { tenant, assignee }: CaseQuery): Promise<number[] | undefined> =>
  store.read((db) => {
    if (assignee === undefined) return undefined;
    const rows = db
      .select({ n: searchRows.n })
      .from(caseFacets)
      .crossJoin(searchRows)
      .where(
        and(
          eq(caseFacets.tenant, tenant),
          eq(caseFacets.facet, personFacet(assignee)),
          eq(searchRows.tenant, caseFacets.tenant),
          eq(searchRows.caseId, caseFacets.caseId),
        ),
      )
      .limit(amongMax + 1)
      .all();
    return rows.length > amongMax ? undefined : rows.map(({ n }) => n);
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
    const page = await listCases(store, query);
    if (page.items.length > 0 || cursor !== undefined) return { ...page, by: 'number' };
  }
  const page = await searchPage(
    store,
    { list, text, limit, cursor, among: await heldRows(store, query) },
    (rows) =>
      store.read((db) =>
        casesAmong(db, query, rows)
          .all()
          .map(({ n, ...row }) => ({ n, item: row.caseId, row })),
      ),
  );
  return { ...page, by: 'text' };
};
