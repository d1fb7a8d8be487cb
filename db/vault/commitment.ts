import { createHash } from 'node:crypto';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import type { Json } from '../../machines/kernel/json.ts';

export const saltBytes = 32;

/** SHA-256 of the salt's bytes and the value's canonical JSON, in hex: proves a value once it is disclosed. */
export const commitmentOf = (salt: Uint8Array, value: Json): string =>
  createHash('sha256').update(salt).update(canonicalJson(value)).digest('hex');
