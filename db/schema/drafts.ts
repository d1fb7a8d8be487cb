import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A form of a task that somebody has begun to fill in; gone once the task is no longer open. */
export const drafts = sqliteTable(
  'drafts',
  {
    tenant: text().notNull(),
    taskId: text('task_id').notNull(),
    personId: text('person_id').notNull(),
    /** Whose key encrypts it: the subject of the task's case, so that it goes with an erasure. */
    subject: text().notNull(),
    nonce: blob({ mode: 'buffer' }).notNull(),
    ciphertext: blob({ mode: 'buffer' }).notNull(),
    savedAtMs: integer('saved_at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.taskId, t.personId] }),
    index('drafts_subject').on(t.tenant, t.subject),
  ],
);
