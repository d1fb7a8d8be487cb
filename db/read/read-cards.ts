import { and, eq, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { records } from '../schema/index.ts';

/** A case, and the hash of what it asks to be signed. */
export interface CardContent {
  caseId: string;
  subjectHash: string;
}

/**
 * The cases among these of which the tenant's log has a record that this person read the card while this was what it
 * asked to be signed.
 */
export const readCards = async (
  store: Store,
  {
    tenant,
    personId,
    type,
    cards,
  }: { tenant: string; personId: string; type: string; cards: readonly CardContent[] },
): Promise<Set<string>> => {
  const wanted = JSON.stringify(cards.map(({ caseId, subjectHash }) => [caseId, subjectHash]));
  const rows = await store.read((db) =>
    db
      .selectDistinct({ caseId: records.subjectId })
      .from(records)
      .where(
        and(
          eq(records.tenant, tenant),
          eq(records.subjectKind, 'case'),
          sql`${records.subjectId} in (select value ->> 0 from json_each(${wanted}))`,
          eq(records.type, type),
          eq(records.actorId, personId),
          sql`(${records.subjectId}, ${records.leaf} ->> '$.detail.subjectHash') in (select value ->> 0, value ->> 1 from json_each(${wanted}))`,
        ),
      )
      .all(),
  );
  return new Set(rows.map(({ caseId }) => caseId));
};
