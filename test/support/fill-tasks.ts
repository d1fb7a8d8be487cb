import type { Store } from '../../db/open.ts';

/**
 * Makes `count` cases with one open task each, straight in SQL: 50 persons, five roles, three priorities, due
 * dates spread over a year, a third of the tasks claimed, four kinds of case. Entries are left out.
 */
export const fillTasks = (
  store: Store,
  {
    tenant,
    count,
    departments = 4,
    definitionHash = 'd'.repeat(64),
  }: { tenant: string; count: number; departments?: number; definitionHash?: string },
): void => {
  const { sqlite } = store;
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma('cache_size = -524288');
  // The order of rows in each index has nothing to do with the order of insertion, as in real work.
  const rows = `
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}),
    mixed AS (SELECT i, (i * 2654435761) % 1000003 AS r FROM n),
    shaped AS (
      SELECT i, r, printf('case-%08d', i) AS case_id, printf('CL-2026-%07d', i) AS number,
        CASE r % 4 WHEN 0 THEN 'claim' WHEN 1 THEN 'complaint' WHEN 2 THEN 'exposure' ELSE 'approval' END AS kind,
        strftime('%Y-%m-%dT%H:%M:%fZ', 1767225600 + (r * 31) % 31536000, 'unixepoch') AS opened_at,
        strftime('%Y-%m-%dT%H:%M:%fZ', 1767225600 + (r * 37) % 31536000, 'unixepoch') AS due_at,
        'state-' || (r % 12) AS state, 'dept-' || (r % ${departments}) AS department, 'role-' || (r % 5) AS role,
        CASE WHEN r % 3 = 0 THEN 'person-' || (r % 50) END AS assignee
      FROM mixed)`;
  const indexes = sqlite
    .prepare(
      `SELECT name, sql FROM sqlite_master
       WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('cases', 'case_facets', 'tasks')`,
    )
    .all() as { name: string; sql: string }[];
  const fill = sqlite.transaction(() => {
    // An index built at the end, from sorted rows, costs a fraction of one kept up to date.
    for (const { name } of indexes) sqlite.exec(`DROP INDEX "${name}"`);
    sqlite.exec(`${rows} INSERT INTO cases
      SELECT '${tenant}', case_id, number, kind, 'definition-' || kind, '1.0.0', '${definitionHash}', NULL, NULL,
        'open', json_array(state), '{}', 1, 1, 1, '${'0'.repeat(64)}', assignee, department,
        opened_at, opened_at, opened_at, NULL, due_at, due_at, r % 20 = 0, r % 500 = 0 FROM shaped`);
    sqlite.exec(`${rows} INSERT INTO case_facets
      SELECT '${tenant}', case_id, 'state:' || state, opened_at, due_at FROM shaped UNION ALL
      SELECT '${tenant}', case_id, 'person:' || assignee, opened_at, due_at FROM shaped WHERE assignee IS NOT NULL`);
    sqlite.exec(`${rows} INSERT INTO tasks
      SELECT '${tenant}', case_id || '/1/0', case_id, number, kind, 'definition-' || kind, state, 'open', role,
        department, 'role:' || role || '/dept:' || department, assignee, r % 3, opened_at, due_at, due_at,
        NULL, NULL, NULL, NULL FROM shaped`);
    for (const { sql } of indexes) sqlite.exec(sql);
  });
  fill.immediate();
  sqlite.pragma('synchronous = NORMAL');
};
