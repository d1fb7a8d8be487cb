import { and, asc, eq, lt, lte, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { type OutboxRow, outbox } from '../schema/index.ts';

/** A delivery whose outcome has not been told by then is started again. */
const startedMs = 60_000;

/**
 * Takes the deliveries that are due, oldest first, and marks them started: two relays never take the same one at
 * once. One whose relay was lost comes back after a minute, so that each is made at least once.
 */
export const takeDeliveries = (
  store: Store,
  { limit = 20, nowMs = Date.now() }: { limit?: number; nowMs?: number } = {},
): Promise<OutboxRow[]> =>
  store.write((db) => {
    const due = db
      .select()
      .from(outbox)
      .where(and(sql`${outbox.status} in ('pending', 'started')`, lte(outbox.nextAtMs, nowMs)))
      .orderBy(asc(outbox.nextAtMs), asc(outbox.tenant), asc(outbox.effectId))
      .limit(limit)
      .all();
    return due.map((row) => {
      const started = { status: 'started', attempts: row.attempts + 1, nextAtMs: nowMs + startedMs } as const;
      db.update(outbox).set(started).where(rowOf(row)).run();
      return { ...row, ...started };
    });
  });

/** Makes due what a relay took before then (epoch milliseconds) and whose outcome it has not told: it is lost. */
export const freeDeliveriesIn = (db: Db, takenBeforeMs: number, nowMs: number): void => {
  db.update(outbox)
    .set({ nextAtMs: nowMs })
    .where(and(eq(outbox.status, 'started'), lt(outbox.nextAtMs, takenBeforeMs + startedMs)))
    .run();
};

const rowOf = ({ tenant, effectId }: { tenant: string; effectId: string }) =>
  and(eq(outbox.tenant, tenant), eq(outbox.effectId, effectId));

export type DeliveryOutcome =
  | { status: 'delivered' }
  /** Tried again at `nextAtMs` (epoch). */
  | { status: 'pending'; errorCode: string; nextAtMs: number }
  /** Given up. */
  | { status: 'failed'; errorCode: string };

/** Writes down how a delivery went; one that was delivered stays delivered. */
export const settleDelivery = (
  store: Store,
  key: { tenant: string; effectId: string },
  outcome: DeliveryOutcome,
): Promise<void> =>
  store.write((db) => {
    db.update(outbox)
      .set({
        status: outcome.status,
        lastErrorCode: outcome.status === 'delivered' ? null : outcome.errorCode,
        ...(outcome.status === 'pending' ? { nextAtMs: outcome.nextAtMs } : {}),
      })
      .where(and(rowOf(key), sql`${outbox.status} <> 'delivered'`))
      .run();
  });
