import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** The audit trail of cases. Append-only: triggers refuse UPDATE and DELETE. */
export const entries = sqliteTable(
  'entries',
  {
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    seq: integer().notNull(),
    epoch: integer().notNull(),
    at: text().notNull(),
    due: text(),
    type: text().notNull(),
    actorId: text('actor_id').notNull(),
    commandId: text('command_id').notNull(),
    /** The exact text that is hashed. */
    leaf: text().notNull(),
    hash: text().notNull(),
    prevHash: text('prev_hash').notNull(),
    /** JSON array of the roles that may see the whole leaf; null: all who may see the case. */
    restrictedTo: text('restricted_to'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.caseId, t.seq] }),
    uniqueIndex('entries_command').on(t.tenant, t.caseId, t.commandId),
    index('entries_at').on(t.tenant, t.at, t.caseId, t.seq),
    index('entries_actor').on(t.tenant, t.actorId, t.at, t.caseId, t.seq),
    index('entries_type').on(t.tenant, t.type, t.at, t.caseId, t.seq),
  ],
);

/** What is proven outside any case's trail: refusals, reads, sign-ins, exports. Append-only like `entries`. */
export const records = sqliteTable(
  'records',
  {
    tenant: text().notNull(),
    /** Dense from 1 within the tenant. */
    n: integer().notNull(),
    at: text().notNull(),
    type: text().notNull(),
    actorId: text('actor_id').notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    leaf: text().notNull(),
    hash: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.n] }),
    index('records_at').on(t.tenant, t.at, t.n),
    index('records_subject').on(t.tenant, t.subjectKind, t.subjectId, t.n),
  ],
);

/** Leaves that have no place in the tenant's log yet; written by the transaction that makes the leaf. */
export const logPending = sqliteTable(
  'log_pending',
  {
    tenant: text().notNull(),
    /** Order of arrival among those that wait. */
    n: integer().notNull(),
    kind: text().$type<'entry' | 'record'>().notNull(),
    /** Empty for a record. */
    caseId: text('case_id').notNull(),
    /** `seq` of the entry, `n` of the record. */
    number: integer().notNull(),
    hash: text().notNull(),
    since: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.n] }), index('log_pending_since').on(t.since)],
);

/** The tenant's log: leaf hashes by dense index from 0. Append-only. */
export const logLeaves = sqliteTable(
  'log_leaves',
  {
    tenant: text().notNull(),
    index: integer().notNull(),
    kind: text().$type<'entry' | 'record'>().notNull(),
    caseId: text('case_id').notNull(),
    number: integer().notNull(),
    hash: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.index] }),
    uniqueIndex('log_leaves_source').on(t.tenant, t.kind, t.caseId, t.number),
  ],
);

/** Who gives indexes. A later holder has a higher fence, and a holder with a lower one writes nothing. */
export const integratorLeases = sqliteTable(
  'integrator_leases',
  {
    tenant: text().notNull(),
    holder: text().notNull(),
    fence: integer().notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant] })],
);
