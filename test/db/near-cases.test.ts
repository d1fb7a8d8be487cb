import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isNear, type Nearness, nearCaseIds } from '../../db/read/near-cases.ts';
import { fillTasks } from '../support/fill-tasks.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: whether a case is near is asked of that case's own rows, however many others there are; and near cases are told
// whole, or not at all.

const tenant = 'acme';
const cases = 6_000;
const nobody: Nearness = {
  ...{ owners: [], holders: [], parties: [], claimable: [], groups: [], departments: [] },
};
const someone: Nearness = {
  ...{ owners: ['a'], holders: ['a', 'b'], parties: ['a'] },
  ...{ claimable: ['role:a'], groups: ['role:b'], departments: ['dept-a'] },
};

let opened: TemporaryStore;
beforeAll(async () => {
  opened = await temporaryStore();
  fillTasks(opened.store, { tenant, count: cases });
  // Two tasks of each case, for one role, which nobody has.
  const { sqlite } = opened.store;
  sqlite.exec(`UPDATE tasks SET group_key = 'role:one', assignee = NULL;
    CREATE TEMP TABLE second AS SELECT * FROM tasks;
    UPDATE second SET task_id = task_id || '/second';
    INSERT INTO tasks SELECT * FROM second;
    DROP TABLE second;`);
});
afterAll(() => opened.remove());

const near = (by: Nearness) =>
  isNear(by, { tenant: sql.raw('cases.tenant'), caseId: sql.raw('cases.case_id') });

test('whether a case is near is looked up in its own rows', () => {
  const plan = opened.store.db
    .all<{ detail: string }>(sql`explain query plan select 1 from cases
      where tenant = ${tenant} and case_id = 'case-00000001' and ${near(someone)}`)
    .map(({ detail }) => detail);
  const searches = plan.filter((step) => step.startsWith('SEARCH'));
  expect(searches.length).toBe(8);
  for (const step of searches) expect(step).toMatch(/\b(to_)?case_id=\?/);
  for (const step of plan) expect(step).not.toMatch(/^SCAN (?!CONSTANT ROW|matter|given)/);
});

test('a case with many tasks is one near case', () => {
  const found = nearCaseIds(opened.store.db, tenant, { ...nobody, claimable: ['role:one'] });
  expect(found?.length).toBe(cases);
});

test('an organisation may be as large as it likes', () => {
  const groups = Array.from({ length: 40_000 }, (_, n) => `role:any/dept:${n}`);
  const by = { ...nobody, groups: [...groups, 'role:one'] };
  expect(nearCaseIds(opened.store.db, tenant, by)?.length).toBe(cases);
  const [row] = opened.store.db.all<{ n: number }>(sql`select count(*) as n from cases where ${near(by)}`);
  expect(row?.n).toBe(cases);
});
