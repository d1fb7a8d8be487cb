import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export interface Encrypted {
  nonce: Buffer;
  /** With the authentication tag at its end. */
  ciphertext: Buffer;
}

/** What is authenticated beside the bytes; as JSON, so that no two lists of parts are the same text. */
const bound = (parts: (string | number)[]): Buffer => Buffer.from(JSON.stringify(parts));

/** AES-256-GCM with a fresh nonce; `boundTo` must be given again to decrypt. */
export const encrypt = (key: Buffer, plaintext: Uint8Array, boundTo: (string | number)[]): Encrypted => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(bound(boundTo));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return { nonce, ciphertext };
};

/** @throws when the key, the bytes or what they are bound to is not the same. */
export const decrypt = (
  key: Buffer,
  { nonce, ciphertext }: Encrypted,
  boundTo: (string | number)[],
): Buffer => {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(bound(boundTo));
  decipher.setAuthTag(ciphertext.subarray(-tagBytes));
  return Buffer.concat([decipher.update(ciphertext.subarray(0, -tagBytes)), decipher.final()]);
};

/** A key of its own for each purpose. */
export const deriveKey = (key: Buffer, purpose: (string | number)[]): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), bound(purpose), 32));

export const hmacHex = (key: Buffer, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex');
