import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The vault's key file cannot be used; the message says what to do. */
export class VaultKeyUnusable extends Error {
  readonly code = 'VAULT_KEY_UNUSABLE';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VaultKeyUnusable';
  }
}

const keyBytes = 32;

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** @throws VaultKeyUnusable when others than the owner can read or write it, or it holds no key. */
export const readKeyFile = (file: string): Buffer | undefined => {
  let text: string;
  try {
    if ((statSync(file).mode & 0o077) !== 0) {
      throw new VaultKeyUnusable(
        `Others can read ${file}: run chmod 600 on it, and change it if it may have been read`,
      );
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const key = Buffer.from(text.trim(), 'hex');
  if (key.length !== keyBytes)
    throw new VaultKeyUnusable(`${file} holds no key: restore it from where it is kept`);
  return key;
};

/** Makes the key file, readable by its owner only. Of two processes that do so at once, both get the same key. */
export const makeKeyFile = (file: string): Buffer => {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // Unlike a rename, a link never replaces a file that is there.
    linkSync(draft, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
  const key = readKeyFile(file);
  if (!key) throw new VaultKeyUnusable(`${file} vanished while it was made`);
  return key;
};
