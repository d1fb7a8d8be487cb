import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * The cases by their row numbers in the full-text index `case_search`, which a migration makes: it holds the terms of
 * each case and nothing that could be read back. Numbers rise with the order in which cases came.
 */
export const searchRows = sqliteTable(
  'case_search_rows',
  {
    /** Over all tenants: the index knows rows by this alone. One look leads from it to the case, and one back. */
    n: integer().primaryKey(),
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    /** Its terms are not in the index yet: it was there before the index. */
    pending: integer({ mode: 'boolean' }).notNull(),
  },
  (t) => [
    uniqueIndex('case_search_rows_case').on(t.tenant, t.caseId),
    index('case_search_rows_pending').on(t.n).where(sql`pending = 1`),
  ],
);
