import { createHash } from 'node:crypto';

/** RFC 6962 leaf hash of a leaf's exact text, in hex: the same as the kernel's, by the runtime's own SHA-256. */
export const leafHash = (leaf: string): string =>
  createHash('sha256').update('\u0000').update(leaf).digest('hex');
