import type { Store } from '../../db/open.ts';
import { indexTerms } from '../../db/search/search-terms.ts';

/** Puts the cases that `fillTasks` made into the full-text index, the n-th with the n-th text. */
export const fillSearch = (
  store: Store,
  { tenant, count, textOf }: { tenant: string; count: number; textOf: (n: number) => string },
): void => {
  const { sqlite } = store;
  sqlite.transaction(() => {
    sqlite
      .prepare(
        `INSERT INTO case_search_rows (n, tenant, case_id, pending)
         SELECT CAST(substr(case_id, 6) AS INTEGER), tenant, case_id, 0 FROM cases WHERE tenant = ? ORDER BY case_id`,
      )
      .run(tenant);
    const insert = sqlite.prepare('INSERT INTO case_search (rowid, terms) VALUES (?, ?)');
    for (let n = 1; n <= count; n += 1) insert.run(n, indexTerms(tenant, textOf(n)));
  })();
};
