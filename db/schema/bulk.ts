import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Work that one person has the engine do to many tasks, or cases; its items were fixed when it was started. */
export const bulkJobs = sqliteTable(
  'bulk_jobs',
  {
    tenant: text().notNull(),
    jobId: text('job_id').notNull(),
    starterId: text('starter_id').notNull(),
    /** The service key that it was started with; null: a person's own sign-in. */
    keyId: text('key_id'),
    verb: text()
      .$type<'claim' | 'release' | 'reassign' | 'delegate' | 'remind' | 'copy' | 'comment' | 'adopt-policy'>()
      .notNull(),
    /** `reassign`, `delegate`: the person who gets the tasks; `adopt-policy`: the hash of the table. */
    toId: text('to_id'),
    /**
     * What else its commands bring (reason, comment, whom a copy goes to, the end of a loan), encrypted with a key of the
     * job's own; null without any, and once it has ended.
     */
    textNonce: blob('text_nonce', { mode: 'buffer' }),
    textCiphertext: blob('text_ciphertext', { mode: 'buffer' }),
    dryRun: integer('dry_run', { mode: 'boolean' }).notNull(),
    perSecond: integer('per_second').notNull(),
    total: integer().notNull(),
    /** `asked`: no run of it is known yet. */
    status: text().$type<'asked' | 'running' | 'paused' | 'cancelled' | 'ended'>().notNull(),
    startedAtMs: integer('started_at_ms').notNull(),
    endedAtMs: integer('ended_at_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.jobId] }),
    index('bulk_jobs_starter').on(t.tenant, t.starterId, t.startedAtMs, t.jobId),
    index('bulk_jobs_open').on(t.tenant, t.starterId, t.jobId).where(sql`ended_at_ms is null`),
  ],
);

export const bulkItems = sqliteTable(
  'bulk_items',
  {
    tenant: text().notNull(),
    jobId: text('job_id').notNull(),
    n: integer().notNull(),
    /** The task; of a verb on cases, the case. */
    itemId: text('task_id').notNull(),
    /** Null where there was no such task or case. */
    caseId: text('case_id'),
    /** `allowed`: a dry run found nothing against it. */
    status: text().$type<'waiting' | 'done' | 'allowed' | 'refused' | 'failed' | 'cancelled'>().notNull(),
    /** Why it was refused or failed. */
    code: text(),
    /** The case's entry that it became. */
    seq: integer(),
    atMs: integer('at_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.jobId, t.n] }),
    index('bulk_items_waiting').on(t.tenant, t.jobId, t.n).where(sql`status = 'waiting'`),
  ],
);
