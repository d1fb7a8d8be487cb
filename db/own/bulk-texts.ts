import { and, eq } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { bulkJobs, vaultKeys } from '../schema/index.ts';
import { decryptJsonIn, encryptJsonIn, type KeptPlace } from '../vault/kept-json.ts';
import type { Vault } from '../vault/open-vault.ts';
import { type BulkJobKey, bulkJobRowIn, isBulkJob } from './bulk-jobs.ts';

/**
 * What a job's commands bring beside one receiver. Free texts are personal: they leave the vault with each item's command
 * only.
 */
export interface BulkTexts {
  reason?: string;
  text?: string;
  /** `copy`: ids of those who get it. */
  people?: string[];
  /** `delegate`: RFC 3339, when the tasks are their owner's again. */
  until?: string;
}

/** The texts' key is the job's own, and goes when it has ended. */
const placeOf = ({ tenant, jobId }: BulkJobKey): KeptPlace => ({
  tenant,
  subject: `bulk:${jobId}`,
  row: ['bulk_jobs', jobId],
});

/** What stands of its texts in a new job's row. */
export const keptTextsIn = (
  vault: Vault,
  db: Db,
  key: BulkJobKey,
  texts: BulkTexts,
): Pick<typeof bulkJobs.$inferInsert, 'textNonce' | 'textCiphertext'> => {
  const hasTexts = Object.keys(texts).length > 0;
  const kept = hasTexts ? encryptJsonIn(vault, db, placeOf(key), { ...texts }) : undefined;
  return { textNonce: kept?.nonce ?? null, textCiphertext: kept?.ciphertext ?? null };
};

/** The job's texts; none where it has none, or has ended. */
export const bulkTexts = (vault: Vault, key: BulkJobKey): Promise<BulkTexts> =>
  vault.store.read((db) => {
    const row = bulkJobRowIn(db, key);
    if (!row?.textNonce || !row.textCiphertext) return {};
    const encrypted = { nonce: row.textNonce, ciphertext: row.textCiphertext };
    return (decryptJsonIn(vault, db, placeOf(key), encrypted) ?? {}) as BulkTexts;
  });

/** Destroys a job's texts: no copy of its row can be read any more. */
export const destroyTextsIn = (db: Db, key: BulkJobKey): void => {
  db.update(bulkJobs).set({ textNonce: null, textCiphertext: null }).where(isBulkJob(key)).run();
  db.delete(vaultKeys)
    .where(and(eq(vaultKeys.tenant, key.tenant), eq(vaultKeys.subject, placeOf(key).subject)))
    .run();
};
