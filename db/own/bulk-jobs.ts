import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { bulkJobs } from '../schema/index.ts';

type Row = typeof bulkJobs.$inferSelect;
export type BulkVerb = Row['verb'];
/** Whether the items of such a job are cases, and not tasks. */
export const isCaseVerb = (verb: BulkVerb): boolean => verb === 'adopt-policy';
/** Its texts stand apart: they are read where they leave the vault. */
export type BulkJob = Omit<Row, 'textNonce' | 'textCiphertext'>;
export type BulkJobKey = Pick<Row, 'tenant' | 'jobId'>;

export const isBulkJob = ({ tenant, jobId }: BulkJobKey) =>
  and(eq(bulkJobs.tenant, tenant), eq(bulkJobs.jobId, jobId));

const rowOf = perConnection((db) =>
  db
    .select()
    .from(bulkJobs)
    .where(and(eq(bulkJobs.tenant, sql.placeholder('tenant')), eq(bulkJobs.jobId, sql.placeholder('jobId'))))
    .prepare(),
);

/** A job's row, texts included; it is read twice for each item. */
export const bulkJobRowIn = (db: Db, { tenant, jobId }: BulkJobKey): Row | undefined =>
  rowOf(db).get({ tenant, jobId });

const jobOf = ({ textNonce: _, textCiphertext: __, ...job }: Row): BulkJob => job;

export const getBulkJob = (store: Store, key: BulkJobKey): Promise<BulkJob | undefined> =>
  store.read((db) => {
    const row = bulkJobRowIn(db, key);
    return row && jobOf(row);
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

/** Jobs that were kept and asked for, before `untilMs`, of which no run is known; at most 100. */
export const askedBulkJobs = (store: Store, untilMs: number): Promise<BulkJobKey[]> =>
  store.read((db) =>
    db
      .select({ tenant: bulkJobs.tenant, jobId: bulkJobs.jobId })
      .from(bulkJobs)
      .where(and(isNull(bulkJobs.endedAtMs), eq(bulkJobs.status, 'asked'), lt(bulkJobs.startedAtMs, untilMs)))
      .limit(100)
      .all(),
  );
