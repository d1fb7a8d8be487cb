import { and, eq, sql } from 'drizzle-orm';
import type { Json } from '../../machines/kernel/json.ts';
import type { Db } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { vaultValues } from '../schema/index.ts';
import { decrypt } from './cipher.ts';
import { saltBytes } from './commitment.ts';
import { dataKeyOf, SubjectErased } from './data-key.ts';
import type { Vault } from './open-vault.ts';

/** A personal value and what proves it against its commitment. */
export type OpenedValue = { value: Json; salt: string; field: string; subject: string } | { erased: true };

const statements = perConnection((db) => ({
  one: db
    .select()
    .from(vaultValues)
    .where(
      and(eq(vaultValues.tenant, sql.placeholder('tenant')), eq(vaultValues.ref, sql.placeholder('ref'))),
    )
    .prepare(),
}));

/** The key of a subject, or null where it was destroyed; looked up once per call. */
type KeyOf = (subject: string) => Buffer | null;

const keysOf = (vault: Vault, db: Db, tenant: string): KeyOf => {
  const known = new Map<string, Buffer | null>();
  return (subject) => {
    const found = known.get(subject);
    if (found !== undefined) return found;
    const key = keyOrErased(vault, db, tenant, subject);
    known.set(subject, key);
    return key;
  };
};

const keyOrErased = (vault: Vault, db: Db, tenant: string, subject: string): Buffer | null => {
  try {
    return dataKeyOf(vault, db, tenant, subject);
  } catch (error) {
    if (error instanceof SubjectErased) return null;
    throw error;
  }
};

const openOne = (db: Db, keyOf: KeyOf, tenant: string, ref: string): OpenedValue | undefined => {
  const row = statements(db).one.get({ tenant, ref });
  if (!row) return undefined;
  const { subject, caseId, field, version } = row;
  const key = keyOf(subject);
  if (key === null) return { erased: true };
  const plaintext = decrypt(key, row, [tenant, caseId, field, version]);
  const value = JSON.parse(plaintext.subarray(saltBytes).toString()) as Json;
  return { value, salt: plaintext.subarray(0, saltBytes).toString('hex'), field, subject };
};

/**
 * The values behind references; who may see which is the caller's to judge and to record. A reference that the
 * tenant's vault does not hold is missing from the answer.
 * @throws when a row was changed: its key, its bytes or its place no longer fit together.
 */
export const openValues = (vault: Vault, tenant: string, refs: string[]): Promise<Map<string, OpenedValue>> =>
  vault.store.read((db) => {
    const opened = new Map<string, OpenedValue>();
    const keyOf = keysOf(vault, db, tenant);
    for (const ref of refs) {
      const value = openOne(db, keyOf, tenant, ref);
      if (value) opened.set(ref, value);
    }
    return opened;
  });
