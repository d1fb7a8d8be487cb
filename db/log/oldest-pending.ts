import { min, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { logPending } from '../schema/index.ts';

/** Since when the oldest leaf of any tenant waits for its place in the log (RFC 3339), or null: none waits. */
export const oldestPendingSince = (store: Store): Promise<string | null> =>
  store.read(
    (db) =>
      db
        .select({ since: min(logPending.since), one: sql`1` })
        .from(logPending)
        .get()?.since ?? null,
  );
