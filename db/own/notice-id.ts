import { createHash } from 'node:crypto';

/** The id of a message to a person: of what it comes from, so that the same is told once however often it is tried. */
export const noticeId = (of: readonly (string | number)[]): string =>
  `n-${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 32)}`;
