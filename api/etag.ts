import { Refused } from './problem.ts';

/** The ETag of a case: its `rev` in quotes. */
export const etagOf = (rev: number): string => `"${rev}"`;

/** @throws Refused `STALE` where an `If-Match` is given and does not name the case's present `rev` */
export const requireMatch = (ifMatch: string | undefined, rev: number): void => {
  if (ifMatch === undefined || ifMatch.trim() === '*') {
    return;
  }
  if (!ifMatch.split(',').some((tag) => tag.trim() === etagOf(rev))) {
    throw new Refused('STALE', `The case has changed since: it is at ${etagOf(rev)}. Read it again.`);
  }
};
