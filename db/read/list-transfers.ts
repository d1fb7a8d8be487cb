import { and, eq, sql } from 'drizzle-orm';
import type { Transfer } from '../../machines/kernel/state.ts';
import { transferredFacet } from '../case-facets.ts';
import type { Store } from '../open.ts';
import { caseFacets, cases } from '../schema/index.ts';
import type { HiddenState } from './hidden-states.ts';
import { inSight, type Sight } from './sight.ts';

/** Cases whose hand-overs one report reads; a tenant with more asks for a shorter time. */
export const transferCasesMax = 20_000;

export interface TransferQuery {
  tenant: string;
  /** When cases were opened, RFC 3339; `to` is not included. */
  from: string;
  to: string;
  /** The cases that the reader may see, and the states that are marked for others. */
  sight?: Sight;
  hidden?: readonly HiddenState[];
}

/** The hand-overs of cases opened in a time, each with its case, the first opened first. */
export const listTransfers = (
  store: Store,
  { tenant, from, to, sight, hidden = [] }: TransferQuery,
): Promise<{ whole: boolean; transfers: { caseId: string; transfer: Transfer }[] }> =>
  store.read((db) => {
    const found = db
      .select({ caseId: cases.caseId, definitionHash: cases.definitionHash, state: cases.state })
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
      .orderBy(caseFacets.openedAt, caseFacets.caseId)
      .limit(transferCasesMax)
      .all();
    const marked = new Set(hidden.map(({ definitionHash, state }) => `${definitionHash} ${state}`));
    const transfers = found.flatMap(({ caseId, definitionHash, state }) =>
      Object.values(state.transfers ?? {})
        .filter(({ taskId }) => !marked.has(`${definitionHash} ${state.tasks[taskId ?? '']?.state}`))
        .map((transfer) => ({ caseId, transfer })),
    );
    return { whole: found.length < transferCasesMax, transfers };
  });
