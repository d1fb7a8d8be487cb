import { and, eq, inArray } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { cases } from '../schema/index.ts';

/** Who is answerable for each of these cases, which are those of one page. */
export const caseOwners = async (
  store: Store,
  tenant: string,
  caseIds: readonly string[],
): Promise<Map<string, string | null>> => {
  const rows = await store.read((db) =>
    db
      .select({ caseId: cases.caseId, owner: cases.owner })
      .from(cases)
      .where(and(eq(cases.tenant, tenant), inArray(cases.caseId, [...new Set(caseIds)])))
      .all(),
  );
  return new Map(rows.map(({ caseId, owner }) => [caseId, owner]));
};
