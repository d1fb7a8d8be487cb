import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Links that messages carry to a decision: each for one person, one task and one content, and for one use. */
export const approvalLinks = sqliteTable(
  'approval_links',
  {
    tenant: text().notNull(),
    /** SHA-256 of the token, in hex; the token itself stands in the message only. */
    hash: text().notNull(),
    personId: text('person_id').notNull(),
    caseId: text('case_id').notNull(),
    taskId: text('task_id').notNull(),
    /** What is to be signed. */
    subjectHash: text('subject_hash').notNull(),
    /** The message that carries it. */
    notificationId: text('notification_id').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    /** When somebody decided by it; null until then. */
    usedAtMs: integer('used_at_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.hash] }),
    index('approval_links_expiry').on(t.tenant, t.expiresAtMs),
  ],
);
