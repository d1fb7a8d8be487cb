import { and, type SQL, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { givenIds } from './given-ids.ts';
import { type CaseRef, isNear, type Nearness, nearCaseIds } from './near-cases.ts';

/** Which cases a reader's lists, counts, searches and reports may tell of. */
export interface Sight {
  /** Not those that have one of these facets: the reader has no part in them. */
  hiding: string[];
  /** Only those that are near by this; undefined: all. */
  near?: Nearness;
}

/** The condition that a row's case is in sight; undefined where all are. */
export const inSight = (sight: Sight | undefined, found: CaseRef): SQL | undefined => {
  const { hiding = [], near } = sight ?? {};
  const { tenant, caseId } = found;
  return and(
    hiding.length === 0
      ? undefined
      : sql`not exists (select 1 from case_facets hiding where hiding.tenant = ${tenant} and hiding.case_id = ${caseId} and hiding.facet in ${hiding})`,
    // A row may be of no case.
    near && sql`(${caseId} is null or ${isNear(near, found)})`,
  );
};

/** Those of these cases that are in sight. */
export const seenAmong = (
  store: Store,
  tenant: string,
  sight: Sight,
  caseIds: readonly string[],
): Promise<Set<string>> =>
  store.read((db) => {
    const condition = inSight(sight, { tenant: sql`${tenant}`, caseId: sql.raw('given.value') });
    if (condition === undefined || caseIds.length === 0) return new Set(caseIds);
    const rows = db.all<{ caseId: string }>(
      sql`select given.value as "caseId" from ${givenIds(caseIds)} where ${condition}`,
    );
    return new Set(rows.map(({ caseId }) => caseId));
  });

/** The query of the near cases alone, where these are few enough to be sorted. */
export const amongNear = <T extends { tenant: string; sight?: Sight; caseIds?: string[] }>(
  db: Db,
  query: T,
): T => {
  const { tenant, sight, caseIds: given } = query;
  if (sight?.near === undefined || given !== undefined) return query;
  const caseIds = nearCaseIds(db, tenant, sight.near);
  return caseIds === undefined ? query : { ...query, caseIds, sight: { hiding: sight.hiding } };
};
