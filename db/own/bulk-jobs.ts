import { and, count, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import type { JsonObject } from '../../machines/kernel/json.ts';
import type { Db, Store } from '../open.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { inSight } from '../read/out-of-sight.ts';
import { bulkItems, bulkJobs, vaultKeys } from '../schema/index.ts';
import { decryptJsonIn, encryptJsonIn, type KeptPlace } from '../vault/kept-json.ts';
import type { Vault } from '../vault/open-vault.ts';
import { appendRecordIn } from './append-record.ts';

/** Free texts of a job's command. They are personal: they leave the vault with each item's command only. */
export interface BulkTexts {
  reason?: string;
  text?: string;
}

type Row = typeof bulkJobs.$inferSelect;
export type BulkVerb = Row['verb'];
export type BulkJob = Omit<Row, 'textNonce' | 'textCiphertext'>;

export interface NewBulkJob extends Pick<BulkJob, 'tenant' | 'jobId' | 'starterId' | 'keyId' | 'verb'> {
  toId: string | null;
  texts: BulkTexts;
  dryRun: boolean;
  perSecond: number;
  startedAtMs: number;
  /** The tasks, in the order in which they are taken; `caseId` null where there is none of that id. */
  items: { taskId: string; caseId: string | null }[];
  /** Of the record of its start. */
  detail: JsonObject;
}

/** Jobs that one person has under way at once. */
export const openJobsMax = 3;
/** Tasks of one job. */
export const bulkItemsMax = 10_000;

const oneJob = ({ tenant, jobId }: { tenant: string; jobId: string }) =>
  and(eq(bulkJobs.tenant, tenant), eq(bulkJobs.jobId, jobId));

/** The texts' key is the job's own, and goes when it has ended. */
const placeOf = (tenant: string, jobId: string): KeptPlace => ({
  tenant,
  subject: `bulk:${jobId}`,
  row: ['bulk_jobs', jobId],
});

const jobOf = ({ textNonce: _, textCiphertext: __, ...job }: Row): BulkJob => job;

/**
 * Keeps a job with its items, and its record, in one transaction. The same job again changes nothing.
 * @returns false where the person has as many under way as they may
 */
export const insertBulkJob = (vault: Vault, job: NewBulkJob): Promise<boolean> =>
  vault.store.write((db) => {
    const { items, texts, detail, ...row } = job;
    const { tenant, jobId, starterId, startedAtMs } = row;
    if (db.select({ one: sql`1` }).from(bulkJobs).where(oneJob(job)).get()) return true;
    const open = db
      .select({ n: count() })
      .from(bulkJobs)
      .where(and(eq(bulkJobs.tenant, tenant), eq(bulkJobs.starterId, starterId), isNull(bulkJobs.endedAtMs)))
      .get();
    if ((open?.n ?? 0) >= openJobsMax) return false;
    const hasTexts = Object.keys(texts).length > 0;
    const kept = hasTexts ? encryptJsonIn(vault, db, placeOf(tenant, jobId), { ...texts }) : undefined;
    db.insert(bulkJobs)
      .values({
        ...row,
        ...{ textNonce: kept?.nonce ?? null, textCiphertext: kept?.ciphertext ?? null },
        ...{ total: items.length, status: 'asked', endedAtMs: null },
      })
      .run();
    const insert = db
      .insert(bulkItems)
      .values({
        ...{ tenant, jobId, status: 'waiting', code: null, seq: null, atMs: null },
        n: sql.placeholder('n'),
        taskId: sql.placeholder('taskId'),
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

export const getBulkJob = (
  store: Store,
  key: { tenant: string; jobId: string },
): Promise<BulkJob | undefined> =>
  store.read((db) => {
    const row = db.select().from(bulkJobs).where(oneJob(key)).get();
    return row && jobOf(row);
  });

/** The job's texts; undefined where it has none, or has ended. */
export const bulkTexts = (vault: Vault, key: { tenant: string; jobId: string }): Promise<BulkTexts> =>
  vault.store.read((db) => {
    const row = db.select().from(bulkJobs).where(oneJob(key)).get();
    if (!row?.textNonce || !row.textCiphertext) return {};
    const encrypted = { nonce: row.textNonce, ciphertext: row.textCiphertext };
    return (decryptJsonIn(vault, db, placeOf(key.tenant, key.jobId), encrypted) ?? {}) as BulkTexts;
  });

/** One page of somebody's jobs, the newest first. @throws CursorInvalid */
export const listBulkJobs = async (
  store: Store,
  query: { tenant: string; starterId: string; limit?: number | undefined; cursor?: string | undefined },
): Promise<Page<BulkJob>> => {
  const { tenant, starterId, cursor } = query;
  const size = pageSize(query.limit);
  const after = cursor === undefined ? undefined : decodeCursor('bulk', cursor, [0, '']);
  const rows = await store.read((db) =>
    db
      .select()
      .from(bulkJobs)
      .where(
        and(
          eq(bulkJobs.tenant, tenant),
          eq(bulkJobs.starterId, starterId),
          after && sql`(${bulkJobs.startedAtMs}, ${bulkJobs.jobId}) < (${after[0]}, ${after[1]})`,
        ),
      )
      .orderBy(desc(bulkJobs.startedAtMs), desc(bulkJobs.jobId))
      .limit(size + 1)
      .all(),
  );
  return pageOf(rows.map(jobOf), size, ({ startedAtMs, jobId }) =>
    encodeCursor('bulk', [startedAtMs, jobId]),
  );
};

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
  key: { tenant: string; jobId: string },
  wish: BulkWish,
  by: { actorId: string; atMs: number; commandId: string },
): Promise<boolean> =>
  store.write((db) => {
    const row = db.select().from(bulkJobs).where(oneJob(key)).get();
    if (row === undefined || row.endedAtMs !== null) return false;
    const { from, to, type } = wishes[wish];
    if (row.status === 'cancelled') return wish === 'cancel';
    if (!(from as readonly string[]).includes(row.status)) return true;
    db.update(bulkJobs).set({ status: to }).where(oneJob(key)).run();
    appendRecordIn(db, key.tenant, {
      ...{ at: new Date(by.atMs).toISOString(), actorId: by.actorId, commandId: by.commandId, type },
      ...{ subject: { kind: 'bulk', id: key.jobId }, detail: {} },
    });
    return true;
  });

/** Its run has begun; a job that was paused or cancelled before stays so. */
export const beginBulkJob = (store: Store, key: { tenant: string; jobId: string }): Promise<void> =>
  store.write((db) => {
    db.update(bulkJobs)
      .set({ status: 'running' })
      .where(and(oneJob(key), eq(bulkJobs.status, 'asked')))
      .run();
  });

/** How many items stand how, without those of cases that have one of the facets `hiding`; what is not named is none. */
export type BulkCounts = { [status in (typeof bulkItems.$inferSelect)['status']]?: number };

export const bulkCounts = (
  store: Store,
  { tenant, jobId }: { tenant: string; jobId: string },
  hiding?: string[],
): Promise<BulkCounts> => store.read((db) => countsIn(db, tenant, jobId, hiding));

const countsIn = (db: Db, tenant: string, jobId: string, hiding?: string[]): BulkCounts =>
  Object.fromEntries(
    db
      .select({ status: bulkItems.status, n: count() })
      .from(bulkItems)
      .where(and(eq(bulkItems.tenant, tenant), eq(bulkItems.jobId, jobId), inSight(hiding, bulkItems)))
      .groupBy(bulkItems.status)
      .all()
      .map(({ status, n }) => [status, n]),
  );

/** Ends a job, with its record: items that still wait are cancelled, its texts are destroyed. Again, it changes nothing. */
export const endBulkJob = (
  store: Store,
  { tenant, jobId, atMs }: { tenant: string; jobId: string; atMs: number },
): Promise<void> =>
  store.write((db) => {
    const row = db.select().from(bulkJobs).where(oneJob({ tenant, jobId })).get();
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
        ...{ textNonce: null, textCiphertext: null, endedAtMs: atMs },
      })
      .where(oneJob({ tenant, jobId }))
      .run();
    const { subject } = placeOf(tenant, jobId);
    db.delete(vaultKeys)
      .where(and(eq(vaultKeys.tenant, tenant), eq(vaultKeys.subject, subject)))
      .run();
    appendRecordIn(db, tenant, {
      ...{ at: new Date(atMs).toISOString(), actorId: row.starterId, type: 'bulk.ended' },
      ...{ subject: { kind: 'bulk', id: jobId }, detail: { ...countsIn(db, tenant, jobId) } },
    });
  });

/** Jobs that were kept and asked for, before `untilMs`, of which no run is known; at most 100. */
export const askedBulkJobs = (store: Store, untilMs: number): Promise<{ tenant: string; jobId: string }[]> =>
  store.read((db) =>
    db
      .select({ tenant: bulkJobs.tenant, jobId: bulkJobs.jobId })
      .from(bulkJobs)
      .where(and(isNull(bulkJobs.endedAtMs), eq(bulkJobs.status, 'asked'), lt(bulkJobs.startedAtMs, untilMs)))
      .limit(100)
      .all(),
  );

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
    db.delete(bulkJobs).where(oneJob(old)).run();
    return 1;
  });
