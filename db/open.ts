import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from './migrate.ts';
import { withRetry } from './retry.ts';
import * as schema from './schema/index.ts';
import { createWriter } from './writer.ts';

export type Db = BetterSQLite3Database<typeof schema>;

/** An open database. Callers use the functions under `read`, `write`, `own`, `vault` and `log`. */
export interface Store {
  file: string;
  db: Db;
  sqlite: Database.Database;
  /** Runs `work` in a transaction, waiting for a locked database up to `untilMs` (epoch; default in 5 s). */
  write: <T>(work: (db: Db) => T, options?: { untilMs?: number }) => Promise<T>;
  read: <T>(work: (db: Db) => T) => Promise<T>;
  close: () => Promise<void>;
}

export interface StoreOptions {
  file: string;
  /** `FULL` (default): what was answered survives a power cut. `NORMAL` is faster and may lose the last commits. */
  synchronous?: 'FULL' | 'NORMAL';
  /** How long SQLite itself may wait, and so block the event loop; at most 100. Default 50. */
  busyTimeoutMs?: number;
}

const writeWaitMs = 5_000;
const openWaitMs = 10_000;

/**
 * Opens the database file, making it and its folder where they are missing, and brings its schema up to date.
 * @throws SchemaTooNew, StoreUnavailable
 */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  mkdirSync(dirname(options.file), { recursive: true });
  const busyTimeoutMs = Math.min(options.busyTimeoutMs ?? 50, 100);
  const open = () => {
    const opened = new Database(options.file, { timeout: busyTimeoutMs });
    try {
      opened.pragma('journal_mode = WAL');
      opened.pragma(`synchronous = ${options.synchronous ?? 'FULL'}`);
      opened.pragma('foreign_keys = ON');
      // Without it INSERT OR REPLACE would delete rows past the append-only triggers.
      opened.pragma('recursive_triggers = ON');
      // What is deleted is overwritten in its page, not only unlinked; it costs no further input or output.
      opened.pragma('secure_delete = FAST');
      opened.pragma('cache_size = -65536');
      migrate(opened);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  };
  const sqlite = await withRetry(open, { untilMs: Date.now() + openWaitMs });
  const db = drizzle(sqlite, { schema });
  const writer = createWriter(sqlite);
  return {
    file: options.file,
    db,
    sqlite,
    write: (work, { untilMs = Date.now() + writeWaitMs } = {}) => writer.write(() => work(db), { untilMs }),
    read: (work) => withRetry(() => work(db), { untilMs: Date.now() + writeWaitMs }),
    close: async () => {
      await writer.close();
      sqlite.close();
    },
  };
};
