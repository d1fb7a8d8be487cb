import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Which key file this database's data keys are wrapped with; one row. */
export const vaultMaster = sqliteTable(
  'vault_master',
  { tenant: text().notNull(), keyId: text('key_id').notNull() },
  (t) => [primaryKey({ columns: [t.tenant] })],
);

/** One data key per subject. Erasure empties `wrapped` and leaves the row as a tombstone. */
export const vaultKeys = sqliteTable(
  'vault_keys',
  {
    tenant: text().notNull(),
    subject: text().notNull(),
    wrapped: blob({ mode: 'buffer' }).notNull(),
    destroyedAt: text('destroyed_at'),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.subject] })],
);

/** Encrypted personal values. The ciphertext holds the commitment's salt too, so both go with the key. */
export const vaultValues = sqliteTable(
  'vault_values',
  {
    tenant: text().notNull(),
    ref: text().notNull(),
    subject: text().notNull(),
    caseId: text('case_id').notNull(),
    field: text().notNull(),
    /** Counts the values of one field of one case, from 1. */
    version: integer().notNull(),
    nonce: blob({ mode: 'buffer' }).notNull(),
    ciphertext: blob({ mode: 'buffer' }).notNull(),
    commitment: text().notNull(),
    /** Since when no stored entry is known to name it, in epoch milliseconds; null once one does. */
    pendingSinceMs: integer('pending_since_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.ref] }),
    index('vault_values_pending').on(t.pendingSinceMs).where(sql`pending_since_ms is not null`),
    uniqueIndex('vault_values_field').on(t.tenant, t.caseId, t.field, t.version),
    index('vault_values_subject').on(t.tenant, t.subject),
  ],
);

/** Exact-match search: HMAC of the normalised value. Dropped at erasure. */
export const vaultSearch = sqliteTable(
  'vault_search',
  {
    tenant: text().notNull(),
    hmac: text().notNull(),
    field: text().notNull(),
    caseId: text('case_id').notNull(),
    subject: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.hmac, t.field, t.caseId, t.subject] }),
    index('vault_search_subject').on(t.tenant, t.subject),
  ],
);

/** Encrypted documents; the bytes lie in a file of the documents folder. */
export const vaultDocuments = sqliteTable(
  'vault_documents',
  {
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    documentId: text('document_id').notNull(),
    subject: text().notNull(),
    file: text().notNull(),
    nonce: blob({ mode: 'buffer' }).notNull(),
    sha256: text().notNull(),
    sizeBytes: integer('size_bytes').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.caseId, t.documentId] }),
    index('vault_documents_subject').on(t.tenant, t.subject),
  ],
);
