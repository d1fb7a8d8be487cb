import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { excludedIds } from '../../machines/kernel/policy/exclusion.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { excludedFacet } from '../case-facets.ts';
import { oneMatter } from '../one-matter.ts';
import type { Db } from '../open.ts';
import { caseFacets, cases, links } from '../schema/index.ts';

/** Cases of one matter that are looked at. */
const casesMax = 1_000;

/**
 * Keeps the people who have no part in a case out of all cases of the same matter: its claim, exposures and
 * teams, and their approvals. After the case and its links are written.
 */
export const spreadExclusions = (db: Db, state: CaseState, before: CaseState | undefined): void => {
  const linked = state.links.filter(({ rel }) => oneMatter.includes(rel));
  const isNew = linked.length !== (before?.links.filter(({ rel }) => oneMatter.includes(rel)).length ?? 0);
  if (!isNew && state.excluded === before?.excluded) return;
  const { tenant } = state;
  const matter = matterOf(db, state);
  const rows = db
    .select({
      caseId: cases.caseId,
      openedAt: cases.openedAt,
      dueSort: cases.dueSort,
      excluded: sql<string | null>`json_extract(${cases.state}, '$.excluded')`,
    })
    .from(cases)
    .where(and(eq(cases.tenant, tenant), inArray(cases.caseId, matter)))
    .all();
  const facets = new Set(
    rows.flatMap(({ excluded }) =>
      excluded === null
        ? []
        : excludedIds({ excluded: JSON.parse(excluded) as NonNullable<CaseState['excluded']> }),
    ),
  );
  db.delete(caseFacets)
    .where(
      and(
        eq(caseFacets.tenant, tenant),
        inArray(caseFacets.caseId, matter),
        sql`${caseFacets.facet} >= ${excludedFacet('')} and ${caseFacets.facet} < ${`${excludedFacet('')}\u{10FFFF}`}`,
      ),
    )
    .run();
  for (const { caseId, openedAt, dueSort } of rows) {
    for (const id of facets) {
      db.insert(caseFacets)
        .values({ tenant, caseId, facet: excludedFacet(id), openedAt, dueSort })
        .run();
    }
  }
};

/** The case, and all that is linked with it as one matter, directly or through others. */
const matterOf = (db: Db, { tenant, caseId }: CaseState): string[] => {
  const found = new Set([caseId]);
  let next = [caseId];
  while (next.length > 0 && found.size < casesMax) {
    const edges = db
      .select({ from: links.caseId, to: links.toCaseId })
      .from(links)
      .where(
        and(
          eq(links.tenant, tenant),
          or(inArray(links.caseId, next), inArray(links.toCaseId, next)),
          inArray(links.rel, [...oneMatter]),
        ),
      )
      .limit(casesMax)
      .all();
    next = edges.flatMap(({ from, to }) => [from, to]).filter((id) => !found.has(id));
    for (const id of next) found.add(id);
  }
  return [...found];
};
