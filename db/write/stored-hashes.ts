import { and, asc, between, eq, sql } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { entries } from '../schema/index.ts';

const statements = perConnection((db) => ({
  hashes: db
    .select({ seq: entries.seq, hash: entries.hash })
    .from(entries)
    .where(
      and(
        eq(entries.tenant, sql.placeholder('tenant')),
        eq(entries.caseId, sql.placeholder('caseId')),
        between(entries.seq, sql.placeholder('first'), sql.placeholder('last')),
      ),
    )
    .orderBy(asc(entries.seq))
    .prepare(),
}));

/** The hashes of a case's stored entries from one `seq` to another, both included, by their `seq`. */
export const storedHashes = (
  db: Db,
  range: { tenant: string; caseId: string; first: number; last: number },
): Map<number, string> =>
  new Map(
    statements(db)
      .hashes.all(range)
      .map(({ seq, hash }) => [seq, hash]),
  );
