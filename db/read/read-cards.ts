import { and, desc, eq } from 'drizzle-orm';
import type { Store } from '../open.ts';
import type { RecordLeaf } from '../own/append-record.ts';
import { records } from '../schema/index.ts';

/** Records of one case that are looked through. */
const recordsMax = 500;

/** Whether the tenant's log has a record that this person read the case's card while this was what it asked to sign. */
export const hasReadCard = (
  store: Store,
  {
    tenant,
    personId,
    caseId,
    subjectHash,
    type,
  }: { tenant: string; personId: string; caseId: string; subjectHash: string; type: string },
): Promise<boolean> =>
  store.read((db) =>
    db
      .select({ leaf: records.leaf })
      .from(records)
      .where(
        and(
          eq(records.tenant, tenant),
          eq(records.subjectKind, 'case'),
          eq(records.subjectId, caseId),
          eq(records.type, type),
          eq(records.actorId, personId),
        ),
      )
      .orderBy(desc(records.n))
      .limit(recordsMax)
      .all()
      .some(({ leaf }) => {
        const { detail } = JSON.parse(leaf) as RecordLeaf;
        return (detail as { subjectHash?: unknown }).subjectHash === subjectHash;
      }),
  );
