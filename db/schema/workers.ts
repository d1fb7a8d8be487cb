import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One row for each worker that runs, or that ended without having told every case what it stored. */
export const workerContacts = sqliteTable('worker_contacts', {
  /** Of one process; a worker that is started again has another. */
  workerId: text('worker_id').primaryKey(),
  aliveAtMs: integer('alive_at_ms').notNull(),
  /** What it stored before then, the runs of its cases know. */
  knownUntilMs: integer('known_until_ms').notNull(),
});
