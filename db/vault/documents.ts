import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { vaultDocuments } from '../schema/index.ts';
import { decrypt, encrypt } from './cipher.ts';
import { dataKeyOf, ensureDataKey, SubjectErased } from './data-key.ts';
import type { Vault } from './open-vault.ts';

export const documentBytesMax = 20 * 1024 * 1024;

export interface DocumentKey {
  tenant: string;
  caseId: string;
  documentId: string;
}

/** The bytes cannot be taken: too many, or the id holds other bytes already. */
export class DocumentRefused extends Error {
  readonly code: 'DOCUMENT_TOO_LARGE' | 'DOCUMENT_EXISTS';
  constructor(code: DocumentRefused['code']) {
    super(
      code === 'DOCUMENT_TOO_LARGE' ? 'The document is too large' : 'The document has other content already',
    );
    this.name = 'DocumentRefused';
    this.code = code;
  }
}

const find = (db: Db, { tenant, caseId, documentId }: DocumentKey) =>
  db
    .select()
    .from(vaultDocuments)
    .where(
      and(
        eq(vaultDocuments.tenant, tenant),
        eq(vaultDocuments.caseId, caseId),
        eq(vaultDocuments.documentId, documentId),
      ),
    )
    .get();

const boundTo = ({ tenant, caseId, documentId }: DocumentKey) => ['document', tenant, caseId, documentId];

type Found = { row: typeof vaultDocuments.$inferSelect; key: Buffer } | { erased: true };

/** On disk before its row is: a row never names a file that a power cut has lost. */
const writeDurably = async (folder: string, name: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${name}.draft`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(folder, name));
};

/**
 * Encrypts a document's bytes into a file of the vault. The same bytes again change nothing.
 * @throws DocumentRefused, SubjectErased, StoreUnavailable
 */
export const sealDocument = async (
  vault: Vault,
  document: DocumentKey & { subject: string },
  bytes: Uint8Array,
): Promise<{ sha256: string; sizeBytes: number }> => {
  if (bytes.byteLength > documentBytesMax) throw new DocumentRefused('DOCUMENT_TOO_LARGE');
  const { tenant, caseId, documentId, subject } = document;
  const answer = { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.byteLength };
  const key = await vault.store.write((db) => {
    const found = find(db, document);
    if (found && found.sha256 !== answer.sha256) throw new DocumentRefused('DOCUMENT_EXISTS');
    return found ? undefined : ensureDataKey(vault, db, tenant, subject);
  });
  if (!key) return answer;

  const { nonce, ciphertext } = encrypt(key, bytes, boundTo(document));
  const file = `${randomBytes(16).toString('hex')}.bin`;
  await writeDurably(vault.documentsFolder, file, ciphertext);
  const stored = await vault.store.write((db) => {
    // The subject may have been erased meanwhile.
    dataKeyOf(vault, db, tenant, subject);
    db.insert(vaultDocuments)
      .values({ tenant, caseId, documentId, subject, file, nonce, ...answer })
      .onConflictDoNothing()
      .run();
    return find(db, document);
  });
  if (stored?.file !== file) await rm(join(vault.documentsFolder, file), { force: true });
  if (stored?.sha256 !== answer.sha256) throw new DocumentRefused('DOCUMENT_EXISTS');
  return answer;
};

/**
 * A document's bytes; undefined where there is none. Reading is the caller's to allow and to record.
 * @throws when the file was changed.
 */
export const openDocument = async (
  vault: Vault,
  document: DocumentKey,
): Promise<{ bytes: Buffer; sha256: string } | { erased: true } | undefined> => {
  const found = await vault.store.read<Found | undefined>((db) => {
    const row = find(db, document);
    if (!row) return undefined;
    try {
      return { row, key: dataKeyOf(vault, db, document.tenant, row.subject) };
    } catch (error) {
      if (error instanceof SubjectErased) return { erased: true };
      throw error;
    }
  });
  if (!found || 'erased' in found) return found;
  const ciphertext = await readFile(join(vault.documentsFolder, found.row.file));
  const bytes = decrypt(found.key, { nonce: found.row.nonce, ciphertext }, boundTo(document));
  return { bytes, sha256: found.row.sha256 };
};
