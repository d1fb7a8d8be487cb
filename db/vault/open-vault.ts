import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { vaultMaster } from '../schema/index.ts';
import { deriveKey, hmacHex } from './cipher.ts';
import { makeKeyFile, readKeyFile, VaultKeyUnusable } from './key-file.ts';

/** The subject vault: personal values, encrypted with one key per tenant and subject. */
export interface Vault {
  store: Store;
  /** Where encrypted documents lie. */
  documentsFolder: string;
  /** Wraps the data keys; never leaves the process. */
  masterKey: Buffer;
}

/** The one row that says which key file belongs to the database is nobody's. */
const ofNoTenant = '';

/**
 * Opens the vault beside a store: `vault.key` and `documents` lie in `home`. The key file is made at the first
 * start only; where the database holds data keys and the file is gone or another, nothing is opened.
 * @throws VaultKeyUnusable
 */
export const openVault = async (store: Store, { home }: { home: string }): Promise<Vault> => {
  const file = join(home, 'vault.key');
  const known = await store.read((db) =>
    db.select().from(vaultMaster).where(eq(vaultMaster.tenant, ofNoTenant)).get(),
  );
  const found = readKeyFile(file);
  if (!found && known) {
    throw new VaultKeyUnusable(`${file} is missing: restore it, without it no personal value can be read`);
  }
  const masterKey = found ?? makeKeyFile(file);
  const keyId = hmacHex(deriveKey(masterKey, ['key-id']), 'caseloom vault');
  const kept = await store.write((db) => {
    db.insert(vaultMaster).values({ tenant: ofNoTenant, keyId }).onConflictDoNothing().run();
    return db.select().from(vaultMaster).where(eq(vaultMaster.tenant, ofNoTenant)).get()?.keyId;
  });
  if (kept !== keyId) {
    throw new VaultKeyUnusable(`${file} is not the key that this database was made with: restore that one`);
  }
  return { store, documentsFolder: join(home, 'documents'), masterKey };
};

/** An HMAC of a request's body, so that the same body is known again and no body can be guessed from it. */
export const fingerprintOf = (vault: Vault, tenant: string, body: string): string =>
  hmacHex(deriveKey(vault.masterKey, ['fingerprint', tenant]), body);
