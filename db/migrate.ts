import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { readMigrationFiles } from 'drizzle-orm/migrator';

/** The database was written by a later release than this one. */
export class SchemaTooNew extends Error {
  readonly code = 'SCHEMA_TOO_NEW';
  constructor(file: string, found: number, known: number) {
    super(
      `${file} has schema ${found}, this release knows ${known}. ` +
        'Start the release that wrote it, or restore a backup made before the upgrade.',
    );
    this.name = 'SchemaTooNew';
  }
}

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Brings the schema up to this release. `user_version` counts the migrations that have been applied; all that are
 * missing run in one transaction, so that of two processes starting at once the second finds them done.
 * @throws SchemaTooNew
 */
export const migrate = (sqlite: Database.Database): void => {
  const migrations = readMigrationFiles({ migrationsFolder });
  const version = () => Number(sqlite.pragma('user_version', { simple: true }));
  const check = (found: number) => {
    if (found > migrations.length) throw new SchemaTooNew(sqlite.name, found, migrations.length);
  };
  check(version());
  if (version() === migrations.length) return;
  const upgrade = sqlite.transaction(() => {
    const from = version();
    check(from);
    for (const migration of migrations.slice(from)) {
      for (const statement of migration.sql) sqlite.exec(statement);
    }
    sqlite.pragma(`user_version = ${migrations.length}`);
  });
  upgrade.immediate();
};
