import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq, isNull } from 'drizzle-orm';
import { pauseBeforeRetry } from '../retry.ts';
import { drafts, vaultDocuments, vaultKeys, vaultSearch } from '../schema/index.ts';
import type { Vault } from './open-vault.ts';

const purgeTriesMax = 50;

/**
 * Destroys a subject's data key, and with it every value, salt, draft and document of that subject; commitments and
 * trails stay and still verify. The row stays as a tombstone, also for a subject never met, so that an older
 * request cannot bring it back. Recording the erasure is the caller's. `purged` is false where the old key may
 * stand in the database's write-ahead log a little longer, because another process was reading.
 */
export const eraseSubject = async (
  vault: Vault,
  { tenant, subject, at = new Date().toISOString() }: { tenant: string; subject: string; at?: string },
): Promise<{ purged: boolean }> => {
  const files = await vault.store.write((db) => {
    const destroyed = { wrapped: Buffer.alloc(0), destroyedAt: at };
    db.insert(vaultKeys)
      .values({ tenant, subject, ...destroyed })
      .onConflictDoUpdate({
        target: [vaultKeys.tenant, vaultKeys.subject],
        set: destroyed,
        setWhere: isNull(vaultKeys.destroyedAt),
      })
      .run();
    db.delete(drafts)
      .where(and(eq(drafts.tenant, tenant), eq(drafts.subject, subject)))
      .run();
    db.delete(vaultSearch)
      .where(and(eq(vaultSearch.tenant, tenant), eq(vaultSearch.subject, subject)))
      .run();
    return db
      .select({ file: vaultDocuments.file })
      .from(vaultDocuments)
      .where(and(eq(vaultDocuments.tenant, tenant), eq(vaultDocuments.subject, subject)))
      .all();
  });
  for (const { file } of files) await rm(join(vault.documentsFolder, file), { force: true });
  return { purged: await purgeWriteAheadLog(vault) };
};

/** The wrapped key must not live on in the write-ahead log; a reader of another process can hold it up. */
const purgeWriteAheadLog = async ({ store }: Vault): Promise<boolean> => {
  for (let tries = 0; tries < purgeTriesMax; tries += 1) {
    const [result] = (await store.read(() => store.sqlite.pragma('wal_checkpoint(TRUNCATE)'))) as {
      busy: number;
    }[];
    if (result?.busy === 0) return true;
    await pauseBeforeRetry();
  }
  return false;
};
