import { and, count, eq, inArray } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { inSight, type Sight } from '../read/sight.ts';
import { bulkItems } from '../schema/index.ts';
import type { BulkJobKey } from './bulk-jobs.ts';

/** How many items stand how, without those of cases out of sight; what is not named is none. */
export type BulkCounts = { [status in (typeof bulkItems.$inferSelect)['status']]?: number };

/** The counts of each of these jobs, which are those of one page. */
export const bulkCountsOf = (
  store: Store,
  tenant: string,
  jobIds: readonly string[],
  sight?: Sight,
): Promise<Map<string, BulkCounts>> => store.read((db) => bulkCountsIn(db, tenant, jobIds, sight));

export const bulkCounts = async (
  store: Store,
  { tenant, jobId }: BulkJobKey,
  sight?: Sight,
): Promise<BulkCounts> => (await bulkCountsOf(store, tenant, [jobId], sight)).get(jobId) ?? {};

/** For a transaction that belongs to a larger one. */
export const bulkCountsIn = (
  db: Db,
  tenant: string,
  jobIds: readonly string[],
  sight?: Sight,
): Map<string, BulkCounts> => {
  const { jobId, status } = bulkItems;
  const rows = db
    .select({ jobId, status, n: count() })
    .from(bulkItems)
    .where(and(eq(bulkItems.tenant, tenant), inArray(jobId, [...jobIds]), inSight(sight, bulkItems)))
    .groupBy(jobId, status)
    .all();
  const counts = new Map<string, BulkCounts>();
  for (const { jobId, status, n } of rows) {
    counts.set(jobId, { ...counts.get(jobId), [status]: n });
  }
  return counts;
};
