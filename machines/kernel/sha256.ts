import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 of bytes. Plain JavaScript, because a workflow has neither `node:crypto` nor WebCrypto. */
export const sha256 = (bytes: Uint8Array): Uint8Array => digest(bytes);

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. */
export const sha256Hex = (text: string): string => bytesToHex(digest(utf8ToBytes(text)));
