import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * The cases by their row numbers in the full-text index `case_search`, which the migration makes: it holds the terms of
 * each case and nothing that could be read back. Numbers rise with the order in which cases came.
 */
export const searchRows = sqliteTable(
  'search_rows',
  {
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    /** Over all tenants: the index knows rows by this alone. */
    n: integer().notNull(),
    /** Its terms are not in the index yet: it was there before the index. */
    pending: integer({ mode: 'boolean' }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.caseId] }),
    uniqueIndex('search_rows_n').on(t.n),
    index('search_rows_pending').on(t.n).where(sql`pending = 1`),
  ],
);
