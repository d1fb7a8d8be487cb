import { sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { entries } from '../schema/index.ts';

/** A case and the last seq it has. */
export interface Head {
  tenant: string;
  caseId: string;
  seq: number;
}

/** The cases among the last `limit` entries written, of those recorded since `sinceAt` (RFC 3339). */
export const recentHeads = (
  store: Store,
  { sinceAt, limit }: { sinceAt: string; limit: number },
): Promise<Head[]> =>
  store.read((db) => {
    const last = db
      .select({ tenant: entries.tenant, caseId: entries.caseId, seq: entries.seq, at: entries.at })
      .from(entries)
      .orderBy(sql`rowid desc`)
      .limit(limit)
      .all();
    const heads = new Map<string, Head>();
    for (const { tenant, caseId, seq, at } of last) {
      const key = JSON.stringify([tenant, caseId]);
      if (at >= sinceAt && (heads.get(key)?.seq ?? 0) < seq) {
        heads.set(key, { tenant, caseId, seq });
      }
    }
    return [...heads.values()];
  });
