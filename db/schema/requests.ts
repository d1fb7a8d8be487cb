import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Json } from '../../machines/kernel/json.ts';

/** One row for each Idempotency-Key under way or answered. */
export const idempotency = sqliteTable(
  'idempotency',
  {
    tenant: text().notNull(),
    /** SHA-256 of tenant, actor, route and key; it is the command's id as well. */
    hash: text().notNull(),
    /** HMAC of the body. */
    fingerprint: text().notNull(),
    status: text().$type<'running' | 'done'>().notNull(),
    /** Null while the request runs. */
    answer: text({ mode: 'json' }).$type<Json>(),
    leaseUntilMs: integer('lease_until_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.hash] }), index('idempotency_expires').on(t.expiresAtMs)],
);

/** Numbers given so far, per kind and year. */
export const counters = sqliteTable(
  'counters',
  {
    tenant: text().notNull(),
    kind: text().notNull(),
    year: integer().notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.kind, t.year] })],
);

/** Who decides about the money of a party just now: one request at a time, so that each sees what the one before did. */
export const partyLeases = sqliteTable(
  'party_leases',
  {
    tenant: text().notNull(),
    /** HMAC of an account or phone number, or a claim's id. */
    party: text().notNull(),
    /** The command under way. */
    commandId: text('command_id').notNull(),
    untilMs: integer('until_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.party] })],
);
