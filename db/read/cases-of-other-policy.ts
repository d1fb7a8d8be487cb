import { setImmediate as turn } from 'node:timers/promises';
import { and, eq, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { cases } from '../schema/index.ts';
import { inSight, type Sight } from './sight.ts';

/** Cases looked at between two pauses, in which other requests have their turn. */
const pageMax = 500;

export interface OtherPolicyQuery {
  tenant: string;
  /** Hash of a table of the company's own; null: the shipped one. */
  hash: string | null;
  kind?: string | undefined;
  sight: Sight;
}

/**
 * Ids of the open cases that follow another table of who may do what than this one, the first opened first, page by page.
 * No index knows the table, so each page is as long to read however few there are in it.
 */
export async function* casesOfOtherPolicy(store: Store, query: OtherPolicyQuery): AsyncGenerator<string[]> {
  let after: Place | undefined;
  for (;;) {
    const rows = await store.read((db) => pageIn(db, query, after));
    yield rows.filter(({ hash }) => hash !== query.hash).map(({ caseId }) => caseId);
    after = rows.at(-1);
    if (rows.length < pageMax) return;
    await turn();
  }
}

interface Place {
  openedAt: string;
  caseId: string;
}

const pageIn = (
  db: Db,
  { tenant, kind, sight }: OtherPolicyQuery,
  after: Place | undefined,
): (Place & { hash: string | null })[] =>
  db
    .select({
      caseId: cases.caseId,
      openedAt: cases.openedAt,
      hash: sql<string | null>`json_extract(${cases.state}, '$.policy.hash')`,
    })
    .from(cases)
    .where(
      and(
        eq(cases.tenant, tenant),
        eq(cases.status, 'open'),
        after && sql`(${cases.openedAt}, ${cases.caseId}) > (${after.openedAt}, ${after.caseId})`,
        // The plus sign keeps the index by status, of which the order is this one.
        kind === undefined ? undefined : sql`+${cases.kind} = ${kind}`,
        inSight(sight, cases),
      ),
    )
    .orderBy(cases.openedAt, cases.caseId)
    .limit(pageMax)
    .all();
