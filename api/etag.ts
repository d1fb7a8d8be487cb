import { Refused } from './problem.ts';

/** The ETag of a case: its `rev` in quotes. */
export const etagOf = (rev: number): string => `"${rev}"`;

/**
 * The `rev` that the case must still have when the command reaches it; undefined where the sender takes any.
 * @throws Refused `STALE` where an `If-Match` is given and does not name the case's present `rev`
 */
export const requireMatch = (ifMatch: string | undefined, rev: number): number | undefined => {
  if (ifMatch === undefined || ifMatch.trim() === '*') {
    return undefined;
  }
  if (!ifMatch.split(',').some((tag) => tag.trim() === etagOf(rev))) {
    throw new Refused('STALE', `The case has changed since: it is at ${etagOf(rev)}. Read it again.`);
  }
  return rev;
};
