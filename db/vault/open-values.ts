import { and, eq } from 'drizzle-orm';
import type { Json } from '../../machines/kernel/json.ts';
import type { Db } from '../open.ts';
import { vaultValues } from '../schema/index.ts';
import { decrypt } from './cipher.ts';
import { saltBytes } from './commitment.ts';
import { dataKeyOf, SubjectErased } from './data-key.ts';
import type { Vault } from './open-vault.ts';

/** A personal value and what proves it against its commitment. */
export type OpenedValue = { value: Json; salt: string; field: string; subject: string } | { erased: true };

const openOne = (vault: Vault, db: Db, tenant: string, ref: string): OpenedValue | undefined => {
  const row = db
    .select()
    .from(vaultValues)
    .where(and(eq(vaultValues.tenant, tenant), eq(vaultValues.ref, ref)))
    .get();
  if (!row) return undefined;
  const { subject, caseId, field, version } = row;
  try {
    const key = dataKeyOf(vault, db, tenant, subject);
    const plaintext = decrypt(key, row, [tenant, caseId, field, version]);
    const value = JSON.parse(plaintext.subarray(saltBytes).toString()) as Json;
    return { value, salt: plaintext.subarray(0, saltBytes).toString('hex'), field, subject };
  } catch (error) {
    if (error instanceof SubjectErased) return { erased: true };
    throw error;
  }
};

/**
 * The values behind references; who may see which is the caller's to judge and to record. A reference that the
 * tenant's vault does not hold is missing from the answer.
 * @throws when a row was changed: its key, its bytes or its place no longer fit together.
 */
export const openValues = (vault: Vault, tenant: string, refs: string[]): Promise<Map<string, OpenedValue>> =>
  vault.store.read((db) => {
    const opened = new Map<string, OpenedValue>();
    for (const ref of refs) {
      const value = openOne(vault, db, tenant, ref);
      if (value) opened.set(ref, value);
    }
    return opened;
  });
