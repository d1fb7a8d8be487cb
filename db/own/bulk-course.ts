import { and, count, eq, isNull, lt, sql } from 'drizzle-orm';
import type { JsonObject } from '../../machines/kernel/json.ts';
import type { Store } from '../open.ts';
import { bulkItems, bulkJobs } from '../schema/index.ts';
import type { Vault } from '../vault/open-vault.ts';
import { appendRecordIn } from './append-record.ts';
import { bulkCountsIn } from './bulk-counts.ts';
import { type BulkJob, type BulkJobKey, bulkJobRowIn, isBulkJob } from './bulk-jobs.ts';
import { type BulkTexts, destroyTextsIn, keptTextsIn } from './bulk-texts.ts';

export interface NewBulkJob extends Pick<BulkJob, 'tenant' | 'jobId' | 'starterId' | 'keyId' | 'verb'> {
  toId: string | null;
  texts: BulkTexts;
  dryRun: boolean;
  perSecond: number;
  startedAtMs: number;
  /** The tasks or cases, in the order in which they are taken; `caseId` null where there is none of that id. */
  items: { itemId: string; caseId: string | null }[];
  /** Of the record of its start. */
  detail: JsonObject;
}

/** Jobs that one person has under way at once. */
export const openJobsMax = 3;
/** Items of one job. */
export const bulkItemsMax = 10_000;

/**
 * Keeps a job with its items, and its record, in one transaction. The same job again changes nothing.
 * @returns false where the person has as many under way as they may
 */
export const insertBulkJob = (vault: Vault, job: NewBulkJob): Promise<boolean> =>
  vault.store.write((db) => {
    const { items, texts, detail, ...row } = job;
    const { tenant, jobId, starterId, startedAtMs } = row;
    if (bulkJobRowIn(db, job)) return true;
    const open = db
      .select({ n: count() })
      .from(bulkJobs)
      .where(and(eq(bulkJobs.tenant, tenant), eq(bulkJobs.starterId, starterId), isNull(bulkJobs.endedAtMs)))
      .get();
    if ((open?.n ?? 0) >= openJobsMax) return false;
    db.insert(bulkJobs)
      .values({
        ...row,
        ...keptTextsIn(vault, db, row, texts),
        ...{ total: items.length, status: 'asked', endedAtMs: null },
      })
      .run();
    const insert = db
      .insert(bulkItems)
      .values({
        ...{ tenant, jobId, status: 'waiting', code: null, seq: null, atMs: null },
        n: sql.placeholder('n'),
        itemId: sql.placeholder('itemId'),
        caseId: sql.placeholder('caseId'),
      })
      .prepare();
    for (const [index, item] of items.entries()) insert.run({ ...item, n: index + 1 });
    appendRecordIn(db, tenant, {
      at: new Date(startedAtMs).toISOString(),
      ...{ actorId: starterId, type: 'bulk.started', subject: { kind: 'bulk', id: jobId }, detail },
    });
    return true;
  });

/** What its starter wants of a job. */
export type BulkWish = 'pause' | 'resume' | 'cancel';

const wishes = {
  pause: { from: ['asked', 'running'], to: 'paused', type: 'bulk.paused' },
  resume: { from: ['paused'], to: 'running', type: 'bulk.resumed' },
  cancel: { from: ['asked', 'running', 'paused'], to: 'cancelled', type: 'bulk.cancelled' },
} as const;

/** Keeps a wish, and its record. False where the job has ended or is cancelled; a wish that holds already changes nothing. */
export const wishBulkJob = (
  store: Store,
  key: BulkJobKey,
  wish: BulkWish,
  by: { actorId: string; atMs: number; commandId: string },
): Promise<boolean> =>
  store.write((db) => {
    const row = bulkJobRowIn(db, key);
    if (row === undefined || row.endedAtMs !== null) return false;
    const { from, to, type } = wishes[wish];
    if (row.status === 'cancelled') return wish === 'cancel';
    if (!(from as readonly string[]).includes(row.status)) return true;
    db.update(bulkJobs).set({ status: to }).where(isBulkJob(key)).run();
    appendRecordIn(db, key.tenant, {
      ...{ at: new Date(by.atMs).toISOString(), actorId: by.actorId, commandId: by.commandId, type },
      ...{ subject: { kind: 'bulk', id: key.jobId }, detail: {} },
    });
    return true;
  });

/** Its run has begun; a job that was paused or cancelled before stays so. */
export const beginBulkJob = (store: Store, key: BulkJobKey): Promise<void> =>
  store.write((db) => {
    db.update(bulkJobs)
      .set({ status: 'running' })
      .where(and(isBulkJob(key), eq(bulkJobs.status, 'asked')))
      .run();
  });

/** Ends a job, with its record: items that still wait are cancelled, its texts are destroyed. Again, it changes nothing. */
export const endBulkJob = (
  store: Store,
  { tenant, jobId, atMs }: BulkJobKey & { atMs: number },
): Promise<void> =>
  store.write((db) => {
    const row = bulkJobRowIn(db, { tenant, jobId });
    if (row === undefined || row.endedAtMs !== null) return;
    db.update(bulkItems)
      .set({ status: 'cancelled' })
      .where(
        and(eq(bulkItems.tenant, tenant), eq(bulkItems.jobId, jobId), sql`${bulkItems.status} = 'waiting'`),
      )
      .run();
    db.update(bulkJobs)
      .set({
        status: row.status === 'cancelled' ? 'cancelled' : 'ended',
        endedAtMs: atMs,
      })
      .where(isBulkJob({ tenant, jobId }))
      .run();
    destroyTextsIn(db, { tenant, jobId });
    appendRecordIn(db, tenant, {
      ...{ at: new Date(atMs).toISOString(), actorId: row.starterId, type: 'bulk.ended' },
      ...{
        subject: { kind: 'bulk', id: jobId },
        detail: { ...bulkCountsIn(db, tenant, [jobId]).get(jobId) },
      },
    });
  });

/** How long a job that has ended can be read. */
const keptMs = 90 * 86_400_000;

/** Deletes the oldest of the jobs that ended 90 days ago, with its items; 0: there is none. Its records stay. */
export const sweepBulkJobs = (store: Store, nowMs: number): Promise<number> =>
  store.write((db) => {
    const old = db
      .select({ tenant: bulkJobs.tenant, jobId: bulkJobs.jobId })
      .from(bulkJobs)
      .where(lt(bulkJobs.endedAtMs, nowMs - keptMs))
      .limit(1)
      .get();
    if (!old) return 0;
    db.delete(bulkItems)
      .where(and(eq(bulkItems.tenant, old.tenant), eq(bulkItems.jobId, old.jobId)))
      .run();
    db.delete(bulkJobs).where(isBulkJob(old)).run();
    return 1;
  });
