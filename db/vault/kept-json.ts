import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import type { Json } from '../../machines/kernel/json.ts';
import type { Db } from '../open.ts';
import { decrypt, type Encrypted, encrypt } from './cipher.ts';
import { dataKeyOf, ensureDataKey, SubjectErased } from './data-key.ts';
import type { Vault } from './open-vault.ts';

/** Whose key encrypts a value, and the row that it stands in: bytes moved to another row do not open. */
export interface KeptPlace {
  tenant: string;
  subject: string;
  row: (string | number)[];
}

/**
 * Encrypts a value for a table of the caller's own, with the key of its subject; belongs in a transaction.
 * @throws SubjectErased
 */
export const encryptJsonIn = (
  vault: Vault,
  db: Db,
  { tenant, subject, row }: KeptPlace,
  value: Json,
): Encrypted =>
  encrypt(ensureDataKey(vault, db, tenant, subject), Buffer.from(canonicalJson(value)), [
    'kept',
    tenant,
    ...row,
  ]);

/** The value again; undefined once its subject has been erased. */
export const decryptJsonIn = (
  vault: Vault,
  db: Db,
  { tenant, subject, row }: KeptPlace,
  encrypted: Encrypted,
): Json | undefined => {
  try {
    const key = dataKeyOf(vault, db, tenant, subject);
    return JSON.parse(decrypt(key, encrypted, ['kept', tenant, ...row]).toString()) as Json;
  } catch (error) {
    if (error instanceof SubjectErased) return undefined;
    throw error;
  }
};
