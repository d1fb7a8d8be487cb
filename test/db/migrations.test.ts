import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { temporaryStore } from '../support/temporary-store.ts';

const meta = fileURLToPath(new URL('../../db/migrations/meta', import.meta.url));

// In a process of its own: drizzle-kit puts methods of its own on the prototypes of arrays and strings.
const missingStatements = (snapshotFile: string): string =>
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { readFileSync } from 'node:fs';
      import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api';
      import * as schema from './db/schema/index.ts';
      const snapshot = JSON.parse(readFileSync(process.argv[1], 'utf8'));
      const current = await generateSQLiteDrizzleJson(schema, snapshot.id);
      console.log(JSON.stringify(await generateSQLiteMigration(snapshot, current)));`,
      snapshotFile,
    ],
    { cwd: projectFolder, encoding: 'utf8' },
  );

test('the migrations make exactly the schema in the code', () => {
  const newest = readdirSync(meta)
    .filter((name) => name.endsWith('_snapshot.json'))
    .toSorted()
    .at(-1);
  expect(JSON.parse(missingStatements(join(meta, newest ?? '')))).toEqual([]);
});

test('tenant comes first in every primary key of ours', async () => {
  const { store, remove } = await temporaryStore();
  const tables = store.sqlite
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all();
  expect(tables.length).toBeGreaterThan(20);
  // The sign-in library keeps its own tables; people are joined to them by their logins, which are ours.
  // The full-text index keeps what SQLite makes it of: terms by row number. So are the cases that stand for its rows.
  // A worker serves all tenants.
  const own = tables.filter((name) => !/^(sign_in_|case_search(_|$)|worker_contacts$)/.test(String(name)));
  for (const table of own) {
    const first = store.sqlite
      .prepare('SELECT name FROM pragma_table_info(?) WHERE pk = 1')
      .pluck()
      .get(table);
    expect([table, first]).toEqual([table, 'tenant']);
  }
  await remove();
});
