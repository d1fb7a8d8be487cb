import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { inSight, type Sight } from '../read/sight.ts';
import { bulkItems } from '../schema/index.ts';
import { appendRecordIn, type NewRecord } from './append-record.ts';
import type { BulkJobKey } from './bulk-jobs.ts';

export type BulkItem = typeof bulkItems.$inferSelect;

/** What became of one item. A dry run's `allowed` changed nothing. */
export type ItemResult =
  | { status: 'done'; seq: number }
  | { status: 'allowed' }
  | { status: 'refused' | 'failed'; code: string };

/** What a try came to, with the record of its refusal; `unsettled`: nobody could say now, and it is tried again. */
export type TriedItem = { result: ItemResult; refusal?: NewRecord } | { unsettled: string };

const ofJob = ({ tenant, jobId }: BulkJobKey) =>
  and(eq(bulkItems.tenant, tenant), eq(bulkItems.jobId, jobId));

/** The next items that nothing has become of yet, in their order. */
export const waitingItems = (
  store: Store,
  { tenant, jobId, after, limit }: BulkJobKey & { after: number; limit: number },
): Promise<BulkItem[]> =>
  store.read((db) =>
    db
      .select()
      .from(bulkItems)
      .where(and(ofJob({ tenant, jobId }), sql`${bulkItems.status} = 'waiting'`, gt(bulkItems.n, after)))
      .orderBy(asc(bulkItems.n))
      .limit(limit)
      .all(),
  );

export interface Settled {
  /** The item's number. */
  n: number;
  result: ItemResult;
  /** Record of its refusal. */
  refusal?: NewRecord;
  /** Epoch milliseconds. */
  atMs: number;
}

/** Keeps what became of these items, each once, with the records of refusals. */
export const settleItems = (
  store: Store,
  { tenant, jobId }: BulkJobKey,
  settled: readonly Settled[],
): Promise<void> =>
  store.write((db) => {
    for (const { n, result, refusal, atMs } of settled) {
      const { changes } = db
        .update(bulkItems)
        .set({
          status: result.status,
          code: 'code' in result ? result.code : null,
          seq: 'seq' in result ? result.seq : null,
          atMs,
        })
        .where(and(ofJob({ tenant, jobId }), eq(bulkItems.n, n), sql`${bulkItems.status} = 'waiting'`))
        .run();
      if (changes === 1 && refusal !== undefined) appendRecordIn(db, tenant, refusal);
    }
  });

export interface ItemQuery extends BulkJobKey {
  status?: BulkItem['status'] | undefined;
  /** Only of cases that the reader may see. */
  sight?: Sight;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** One page of a job's items in their order. @throws CursorInvalid */
export const listBulkItems = async (store: Store, query: ItemQuery): Promise<Page<BulkItem>> => {
  const { status, sight, cursor } = query;
  const [after = 0] = cursor === undefined ? [] : decodeCursor('bulk-items', cursor, [0]);
  const size = pageSize(query.limit);
  const rows = await store.read((db) =>
    db
      .select()
      .from(bulkItems)
      .where(
        and(
          ofJob(query),
          gt(bulkItems.n, Number(after)),
          status === undefined ? undefined : sql`+${bulkItems.status} = ${status}`,
          inSight(sight, bulkItems),
        ),
      )
      .orderBy(asc(bulkItems.n))
      .limit(size + 1)
      .all(),
  );
  return pageOf(rows, size, ({ n }) => encodeCursor('bulk-items', [n]));
};
