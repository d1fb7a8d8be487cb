import { eq, max, sql } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { logPending } from '../schema/index.ts';

const statements = perConnection((db) => ({
  last: db
    .select({ n: max(logPending.n) })
    .from(logPending)
    .where(eq(logPending.tenant, sql.placeholder('tenant')))
    .prepare(),
  insert: db.insert(logPending).values(slots(logPending)).prepare(),
}));

export interface PendingLeaf {
  kind: 'entry' | 'record';
  /** Empty for a record. */
  caseId: string;
  /** `seq` of the entry, `n` of the record. */
  number: number;
  hash: string;
}

/** Puts new leaves on the waiting list of the tenant's log; belongs in the transaction that makes them. */
export const pendLeaves = (db: Db, tenant: string, leaves: PendingLeaf[]): void => {
  const { last, insert } = statements(db);
  let n = last.get({ tenant })?.n ?? 0;
  const since = new Date().toISOString();
  for (const leaf of leaves) {
    n += 1;
    insert.run({ tenant, n, ...leaf, since });
  }
};
