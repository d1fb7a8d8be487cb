import { and, eq, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { signInAttempts } from '../schema/index.ts';
import { triesKeptMs } from './sessions.ts';

/** How many tries are free, and how long further ones wait. */
export interface TryLimit {
  free: number;
  /** The first wait, in milliseconds; each further failure doubles it. */
  waitMs: number;
  waitMsMax: number;
  /** One failure is forgotten each time this passes; default: all of them, after a day without one. */
  forgetEachMs?: number;
}

export interface Tried {
  /** How long to wait before the next is judged; 0: it is judged now. */
  retryAfterMs: number;
  /** Whether this one is the first after which others wait. */
  locksNow: boolean;
}

const key = and(
  eq(signInAttempts.tenant, sql.placeholder('tenant')),
  eq(signInAttempts.key, sql.placeholder('key')),
);

const statements = perConnection((db) => ({
  one: db.select().from(signInAttempts).where(key).prepare(),
  clear: db.delete(signInAttempts).where(key).prepare(),
  put: db
    .insert(signInAttempts)
    .values(slots(signInAttempts))
    .onConflictDoUpdate({
      target: [signInAttempts.tenant, signInAttempts.key],
      set: {
        tries: sql`excluded.tries`,
        lastAtMs: sql`excluded.last_at_ms`,
        lockedUntilMs: sql`excluded.locked_until_ms`,
      },
    })
    .prepare(),
}));

/**
 * Counts a try before it is judged, so that a thousand at once are no more than a thousand in a row. One that comes
 * while others wait is not counted: who attacks an account cannot lock it for longer than the longest wait.
 */
export const countTry = (
  store: Store,
  tenant: string,
  tried: { key: string; limit: TryLimit; nowMs: number },
): Promise<Tried> => store.write((db) => countTryIn(db, tenant, tried));

const countTryIn = (
  db: Db,
  tenant: string,
  { key, limit, nowMs }: { key: string; limit: TryLimit; nowMs: number },
): Tried => {
  const row = statements(db).one.get({ tenant, key });
  if (row && row.lockedUntilMs > nowMs) return { retryAfterMs: row.lockedUntilMs - nowMs, locksNow: false };
  const { remembered, sinceMs } = rememberedOf(row, limit, nowMs);
  const tries = remembered + 1;
  const over = tries - limit.free;
  // 2^20 times the first wait is beyond every longest one.
  const lockMs = over < 0 ? 0 : Math.min(limit.waitMs * 2 ** Math.min(over, 20), limit.waitMsMax);
  statements(db).put.run({ tenant, key, tries, lastAtMs: sinceMs, lockedUntilMs: lockMs && nowMs + lockMs });
  return { retryAfterMs: 0, locksNow: over === 0 };
};

// What is forgotten is reckoned from the last time that something was, so that steady failures are forgotten too.
const rememberedOf = (
  row: { tries: number; lastAtMs: number } | undefined,
  { forgetEachMs }: TryLimit,
  nowMs: number,
): { remembered: number; sinceMs: number } => {
  if (!row || row.lastAtMs <= nowMs - triesKeptMs) return { remembered: 0, sinceMs: nowMs };
  if (forgetEachMs === undefined) return { remembered: row.tries, sinceMs: nowMs };
  // A clock that is set back has nothing to forget, and adds nothing either.
  const forgotten = Math.max(0, Math.floor((nowMs - row.lastAtMs) / forgetEachMs));
  return forgotten >= row.tries
    ? { remembered: 0, sinceMs: nowMs }
    : { remembered: row.tries - forgotten, sinceMs: row.lastAtMs + forgotten * forgetEachMs };
};

/** How long the next try must wait, in milliseconds. */
export const waitBeforeTry = (store: Store, tenant: string, key: string, nowMs: number): Promise<number> =>
  store.read((db) => Math.max(0, (statements(db).one.get({ tenant, key })?.lockedUntilMs ?? 0) - nowMs));

/** After a success: nothing counts any more. */
export const forgetTries = (store: Store, tenant: string, key: string): Promise<void> =>
  store.write((db) => {
    statements(db).clear.run({ tenant, key });
  });
