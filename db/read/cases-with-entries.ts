import { and, eq, inArray } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { entries } from '../schema/index.ts';

/** A case whose trail has an entry of a type, and who may see that entry; null: all who may see the case. */
export interface CaseWithEntry {
  caseId: string;
  restrictedTo: string[] | null;
}

/** Which of these cases, those of one page, have an entry of one of these types. */
export const casesWithEntries = async (
  store: Store,
  { tenant, caseIds, types }: { tenant: string; caseIds: readonly string[]; types: readonly string[] },
): Promise<CaseWithEntry[]> => {
  const { caseId, restrictedTo, type } = entries;
  const rows = await store.read((db) =>
    db
      .selectDistinct({ caseId, restrictedTo })
      .from(entries)
      .where(and(eq(entries.tenant, tenant), inArray(caseId, [...caseIds]), inArray(type, [...types])))
      .all(),
  );
  return rows.map((row) => ({
    caseId: row.caseId,
    restrictedTo: row.restrictedTo === null ? null : (JSON.parse(row.restrictedTo) as string[]),
  }));
};
