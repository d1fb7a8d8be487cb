import { randomBytes } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { vaultKeys } from '../schema/index.ts';
import { decrypt, encrypt } from './cipher.ts';
import type { Vault } from './open-vault.ts';

/** The subject has been erased: nothing of it can be read, and nothing new is kept under its name. */
export class SubjectErased extends Error {
  readonly code = 'SUBJECT_ERASED';
  constructor() {
    super('The subject has been erased');
    this.name = 'SubjectErased';
  }
}

const nonceBytes = 12;

const statements = perConnection((db) => ({
  one: db
    .select()
    .from(vaultKeys)
    .where(
      and(eq(vaultKeys.tenant, sql.placeholder('tenant')), eq(vaultKeys.subject, sql.placeholder('subject'))),
    )
    .prepare(),
}));

const findKey = (vault: Vault, db: Db, tenant: string, subject: string): Buffer | undefined => {
  const row = statements(db).one.get({ tenant, subject });
  if (!row) return undefined;
  if (row.destroyedAt !== null) throw new SubjectErased();
  const encrypted = {
    nonce: row.wrapped.subarray(0, nonceBytes),
    ciphertext: row.wrapped.subarray(nonceBytes),
  };
  return decrypt(vault.masterKey, encrypted, ['data-key', tenant, subject]);
};

/** @throws SubjectErased */
export const dataKeyOf = (vault: Vault, db: Db, tenant: string, subject: string): Buffer => {
  const key = findKey(vault, db, tenant, subject);
  if (!key) throw new Error('The vault holds a value without the key of its subject');
  return key;
};

/**
 * The subject's key, made where there is none yet; belongs in a transaction.
 * @throws SubjectErased
 */
export const ensureDataKey = (vault: Vault, db: Db, tenant: string, subject: string): Buffer => {
  const found = findKey(vault, db, tenant, subject);
  if (found) return found;
  const key = randomBytes(32);
  const { nonce, ciphertext } = encrypt(vault.masterKey, key, ['data-key', tenant, subject]);
  db.insert(vaultKeys)
    .values({ tenant, subject, wrapped: Buffer.concat([nonce, ciphertext]), destroyedAt: null })
    .run();
  return key;
};
