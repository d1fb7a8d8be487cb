import { and, eq, lte, sql } from 'drizzle-orm';
import type { Json } from '../../machines/kernel/json.ts';
import type { Store } from '../open.ts';
import { excluded, perConnection, slots } from '../prepared.ts';
import { idempotency } from '../schema/index.ts';

/**
 * What a request's key says. `new`: send the command; `resumed` when an earlier request was given up for lost, so
 * that the command may have been accepted already and is sent again with the same id.
 */
export type RequestState =
  | { state: 'new'; resumed: boolean }
  | { state: 'running' }
  | { state: 'done'; answer: Json }
  | { state: 'mismatch' };

export interface RequestKey {
  tenant: string;
  /** SHA-256 of tenant, actor, route and key. */
  hash: string;
}

/** A request that has not completed by then is given up for lost. */
const leaseMs = 30_000;
/** How long an answer is kept. */
const keptMs = 24 * 3_600_000;

const statements = perConnection((db) => ({
  one: db
    .select()
    .from(idempotency)
    .where(
      and(eq(idempotency.tenant, sql.placeholder('tenant')), eq(idempotency.hash, sql.placeholder('hash'))),
    )
    .prepare(),
  take: db
    .insert(idempotency)
    .values(slots(idempotency))
    .onConflictDoUpdate({
      target: [idempotency.tenant, idempotency.hash],
      set: excluded(idempotency, ['tenant', 'hash']),
    })
    .prepare(),
  complete: db
    .update(idempotency)
    // A placeholder does not pass through the column's own JSON.
    .set({ status: 'done', answer: sql`${sql.placeholder('answer')}` })
    .where(
      and(eq(idempotency.tenant, sql.placeholder('tenant')), eq(idempotency.hash, sql.placeholder('hash'))),
    )
    .prepare(),
}));

/** Whether the key was used before. A request with a new key may be judged first and take its key when it is sent. */
export const isKnownRequest = (store: Store, { tenant, hash }: RequestKey): Promise<boolean> =>
  store.read((db) => statements(db).one.get({ tenant, hash }) !== undefined);

const rowOf = ({ tenant, hash }: RequestKey) =>
  and(eq(idempotency.tenant, tenant), eq(idempotency.hash, hash));

/**
 * Takes the key before anything is sent. `fingerprint` stands for the body.
 * @throws StoreUnavailable: then nothing may be sent.
 */
export const beginRequest = (
  store: Store,
  request: RequestKey & { fingerprint: string },
  { nowMs = Date.now(), untilMs }: { nowMs?: number; untilMs?: number } = {},
): Promise<RequestState> =>
  store.write<RequestState>(
    (db) => {
      const { tenant, hash, fingerprint } = request;
      const found = statements(db).one.get({ tenant, hash });
      const kept = found && found.expiresAtMs > nowMs ? found : undefined;
      if (kept && kept.fingerprint !== fingerprint) return { state: 'mismatch' };
      if (kept?.status === 'done') return { state: 'done', answer: kept.answer };
      if (kept && kept.leaseUntilMs > nowMs) return { state: 'running' };
      const row = {
        fingerprint,
        status: 'running',
        answer: null,
        leaseUntilMs: nowMs + leaseMs,
        expiresAtMs: nowMs + keptMs,
      } as const;
      statements(db).take.run({ tenant, hash, ...row });
      return { state: 'new', resumed: kept !== undefined };
    },
    untilMs === undefined ? {} : { untilMs },
  );

/** Keeps the answer for later requests with the same key and body. Personal values stand in it as references. */
export const completeRequest = (store: Store, request: RequestKey, answer: Json): Promise<void> =>
  store.write((db) => {
    statements(db).complete.run({ ...request, answer: JSON.stringify(answer) });
  });

/**
 * After a request whose outcome is not known: nobody waits for it any more, so that the same key and body may ask again
 * at once, and nothing is done twice. Another body is refused as before.
 */
export const abandonRequest = (store: Store, request: RequestKey, nowMs = Date.now()): Promise<void> =>
  store.write((db) => {
    db.update(idempotency)
      .set({ leaseUntilMs: nowMs })
      .where(and(rowOf(request), eq(idempotency.status, 'running')))
      .run();
  });

/** After a refusal: the key is free again, and the next request is judged anew. */
export const releaseRequest = (store: Store, request: RequestKey): Promise<void> =>
  store.write((db) => {
    db.delete(idempotency).where(rowOf(request)).run();
  });

/** Deletes what is older than a day; at most 1,000 rows, so that no sweep holds up a write. */
export const sweepRequests = (store: Store, nowMs = Date.now()): Promise<number> =>
  store.write(
    (db) => db.delete(idempotency).where(lte(idempotency.expiresAtMs, nowMs)).limit(1_000).run().changes,
  );
