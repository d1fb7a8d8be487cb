import { and, asc, eq, lte, max, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { logLeaves, logPending } from '../schema/index.ts';
import { holdLease } from './lease.ts';

/** Leaves that one transaction places. */
const batchMax = 2_000;

const statements = perConnection((db) => ({
  insert: db.insert(logLeaves).values(slots(logLeaves)).prepare(),
}));

const integrateIn = (db: Db, tenant: string): number => {
  const pending = db
    .select()
    .from(logPending)
    .where(eq(logPending.tenant, tenant))
    .orderBy(asc(logPending.n))
    .limit(batchMax)
    .all();
  const last = pending.at(-1);
  if (!last) return 0;
  const top = db
    .select({ index: max(logLeaves.index) })
    .from(logLeaves)
    .where(eq(logLeaves.tenant, tenant))
    .get();
  const first = (top?.index ?? -1) + 1;
  const { insert } = statements(db);
  for (const [i, { kind, caseId, number, hash }] of pending.entries()) {
    insert.run({ tenant, index: first + i, kind, caseId, number, hash });
  }
  db.delete(logPending)
    .where(and(eq(logPending.tenant, tenant), lte(logPending.n, last.n)))
    .run();
  return pending.length;
};

/** Gives one batch of a tenant's waiting leaves their indexes, under the lease; tells how many it placed. */
export const integrate = (
  store: Store,
  { tenant, holder, nowMs = Date.now() }: { tenant: string; holder: string; nowMs?: number },
): Promise<number> =>
  store.write((db) => (holdLease(db, { tenant, holder, nowMs }) === undefined ? 0 : integrateIn(db, tenant)));

/** The tenants that have leaves waiting. */
export const waitingTenants = (store: Store): Promise<string[]> =>
  store.read((db) =>
    db
      .select({ tenant: logPending.tenant })
      .from(logPending)
      .groupBy(logPending.tenant)
      .orderBy(sql`min(${logPending.since})`)
      .all()
      .map(({ tenant }) => tenant),
  );
