import { and, eq, sql } from 'drizzle-orm';
import type { Transfer } from '../../machines/kernel/state.ts';
import { transferredFacet } from '../case-facets.ts';
import type { Store } from '../open.ts';
import { caseFacets, cases } from '../schema/index.ts';
import { inSight, type Sight } from './sight.ts';

/** Cases whose hand-overs one report reads; a tenant with more asks for a shorter time. */
export const transferCasesMax = 20_000;

/**
 * The hand-overs of cases opened in a time, each with its case. `from` and `to` are RFC 3339; `to` is not included.
 *
 * @param sight the cases that the reader may see
 */
export const listTransfers = (
  store: Store,
  { tenant, from, to, sight }: { tenant: string; from: string; to: string; sight?: Sight },
): Promise<{ caseId: string; transfer: Transfer }[]> =>
  store.read((db) =>
    db
      .select({ caseId: cases.caseId, state: cases.state })
      .from(caseFacets)
      .innerJoin(cases, and(eq(cases.tenant, caseFacets.tenant), eq(cases.caseId, caseFacets.caseId)))
      .where(
        and(
          eq(caseFacets.tenant, tenant),
          eq(caseFacets.facet, transferredFacet),
          sql`${caseFacets.openedAt} >= ${from} and ${caseFacets.openedAt} < ${to}`,
          inSight(sight, cases),
        ),
      )
      .limit(transferCasesMax)
      .all()
      .flatMap(({ caseId, state }) =>
        Object.values(state.transfers ?? {}).map((transfer) => ({ caseId, transfer })),
      ),
  );
