import { and, asc, eq, gt, max, min } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { logLeaves, logPending } from '../schema/index.ts';

export type LogLeaf = typeof logLeaves.$inferSelect;

/** Leaves of one read. */
const leavesMax = 10_000;

/** The tenant's log after an index, in its order; `afterIndex` -1 is the start. At most `limit` (≤ 10,000). */
export const readLog = (
  store: Store,
  { tenant, afterIndex, limit = 1_000 }: { tenant: string; afterIndex: number; limit?: number },
): Promise<LogLeaf[]> =>
  store.read((db) =>
    db
      .select()
      .from(logLeaves)
      .where(and(eq(logLeaves.tenant, tenant), gt(logLeaves.index, afterIndex)))
      .orderBy(asc(logLeaves.index))
      .limit(Math.min(limit, leavesMax))
      .all(),
  );

/** How many leaves the tenant's log has. */
export const logSize = (store: Store, tenant: string): Promise<number> =>
  store.read((db) => {
    const top = db
      .select({ index: max(logLeaves.index) })
      .from(logLeaves)
      .where(eq(logLeaves.tenant, tenant))
      .get();
    return (top?.index ?? -1) + 1;
  });

/** How long the oldest leaf of any tenant has waited for its place in the log; 0 when none waits. */
export const oldestPendingMs = (store: Store, nowMs = Date.now()): Promise<number> =>
  store.read((db) => {
    const since = db
      .select({ since: min(logPending.since) })
      .from(logPending)
      .get()?.since;
    return since ? Math.max(0, nowMs - Date.parse(since)) : 0;
  });
