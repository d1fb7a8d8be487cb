import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { indexOlderCases } from '../../db/own/index-older-cases.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: a store whose full-text index is of an earlier make keeps every case, and finds each by its words again.

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** Statements of the migration that made the index first. */
const made = readFileSync(
  fileURLToPath(new URL('../../db/migrations/0007_bulk_drafts_search.sql', import.meta.url)),
  'utf8',
)
  .split('--> statement-breakpoint')
  .filter((statement) => /search_rows|case_search/.test(statement));

const found = async (q: string): Promise<string[]> => {
  const { body } = await api.call('lead', 'GET', `/v1/cases?q=${encodeURIComponent(q)}`);
  return body.items.map(({ caseId }: { caseId: string }) => caseId).toSorted();
};

test('an upgraded store finds its older cases, those it had indexed and those it had not', async () => {
  const opened = [];
  for (let n = 0; n < 3; n += 1) opened.push((await api.openComplaint()).caseId);
  const { store } = api;
  const prefix = String(
    store.sqlite.prepare('SELECT number FROM cases ORDER BY number LIMIT 1').pluck().get(),
  );
  const words = prefix.split('-').slice(0, 2).join(' ');
  const before = await found(words);
  expect(before).toEqual(opened.toSorted());

  // As the release before left it: one case indexed, the others still to be.
  store.sqlite.exec('DROP TABLE case_search; DROP TABLE case_search_rows');
  // What later migrations made.
  store.sqlite.exec('DROP TABLE worker_contacts; DROP INDEX deadlines_promises');
  for (const statement of made) store.sqlite.exec(statement);
  store.sqlite.exec(`INSERT INTO case_search (rowid, terms) VALUES (2, 'of an earlier make');
    UPDATE search_rows SET pending = 0 WHERE n = 2; PRAGMA user_version = 10`);
  migrate(store.sqlite);

  expect(await found(words)).toEqual([]);
  expect(await indexOlderCases(store)).toBe(3);
  expect(await indexOlderCases(store)).toBe(0);
  expect(await found(words)).toEqual(before);
  const later = (await api.openComplaint()).caseId;
  expect(await found(words)).toEqual([...before, later].toSorted());
});
