import { eq } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { integratorLeases } from '../schema/index.ts';

/** How long a holder may be silent before another takes over. */
export const leaseMs = 5_000;

/**
 * Takes or keeps the tenant's lease and gives its fence, which rises with each change of holder; undefined while
 * another holds it. Belongs in the transaction that writes under it: so a holder that was away and lost its lease
 * learns so before it writes.
 */
export const holdLease = (
  db: Db,
  { tenant, holder, nowMs }: { tenant: string; holder: string; nowMs: number },
): number | undefined => {
  const found = db.select().from(integratorLeases).where(eq(integratorLeases.tenant, tenant)).get();
  const expiresAtMs = nowMs + leaseMs;
  if (!found) {
    db.insert(integratorLeases).values({ tenant, holder, fence: 1, expiresAtMs }).run();
    return 1;
  }
  const own = found.holder === holder;
  if (!own && found.expiresAtMs > nowMs) return undefined;
  const fence = own ? found.fence : found.fence + 1;
  // Renewed in its second half only: most batches then write nothing here.
  if (!own || found.expiresAtMs - nowMs < leaseMs / 2) {
    db.update(integratorLeases)
      .set({ holder, fence, expiresAtMs })
      .where(eq(integratorLeases.tenant, tenant))
      .run();
  }
  return fence;
};

/** Lets another holder go on at once. */
export const releaseLeases = (db: Db, holder: string): void => {
  db.update(integratorLeases).set({ expiresAtMs: 0 }).where(eq(integratorLeases.holder, holder)).run();
};
