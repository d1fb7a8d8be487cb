import { and, desc, eq, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { cases, searchRows } from '../schema/index.ts';
import { writeSearch } from '../search/write-search.ts';

/** Cases that one transaction takes. */
const batchMax = 200;

/**
 * Puts cases that were there before the full-text index into it, the newest of them first, a few at a time.
 * @returns how many it took; 0: none is left
 */
export const indexOlderCases = (store: Store): Promise<number> =>
  store.write((db) => {
    const rows = db
      .select({ state: cases.state })
      .from(searchRows)
      .innerJoin(cases, and(eq(cases.tenant, searchRows.tenant), eq(cases.caseId, searchRows.caseId)))
      .where(sql`${searchRows.pending} = 1`)
      .orderBy(desc(searchRows.n))
      .limit(batchMax)
      .all();
    // Rows are added to the index in rising order; in any other it would write each by itself.
    for (const { state } of rows.toReversed()) writeSearch(db, state);
    return rows.length;
  });
