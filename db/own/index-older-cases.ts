import { and, asc, eq, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { cases, searchRows } from '../schema/index.ts';
import { writeSearch } from '../search/write-search.ts';

/** Cases that one transaction takes. */
const batchMax = 200;

/**
 * Puts cases that were there before the full-text index into it, the newest of them last, a few at a time.
 * @returns how many it took; 0: none is left
 */
export const indexOlderCases = (store: Store): Promise<number> =>
  store.write((db) => {
    const rows = db
      .select({ state: cases.state })
      .from(searchRows)
      .innerJoin(cases, and(eq(cases.tenant, searchRows.tenant), eq(cases.caseId, searchRows.caseId)))
      .where(sql`${searchRows.pending} = 1`)
      .orderBy(asc(searchRows.n))
      .limit(batchMax)
      .all();
    for (const { state } of rows) writeSearch(db, state);
    return rows.length;
  });
