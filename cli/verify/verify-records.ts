import { logPlaces } from './check-log-place.ts';
import { leafDigest } from './entry-fault.ts';
import type { Fault, Finding } from './finding.ts';
import { readLeaf } from './read-leaf.ts';
import type { Reads, RecordRow } from './tables.ts';

/** Verifies a tenant's records up to the first bad one: hashes, numbers, columns, and their leaves in the log. */
export const verifyRecords = (
  reads: Reads,
  tenant: string,
  counted: () => void,
): { readonly records: number; readonly finding?: Finding } => {
  const log = logPlaces(reads.loggedRecords.iterate(tenant, tenant));
  let records = 0;
  try {
    for (const row of reads.records.iterate(tenant)) {
      const wanted = records + 1;
      const fault = recordFault(row, tenant, wanted) ?? log.faultOf(row.n, row.hash);
      if (fault !== undefined) {
        return { records, finding: { tenant, record: wanted, ...fault } };
      }
      records = wanted;
      counted();
    }
    const fault = log.faultAtEnd();
    return { records, ...(fault && { finding: { tenant, record: records + 1, ...fault } }) };
  } finally {
    log.close();
  }
};

const recordFault = (row: RecordRow, tenant: string, wanted: number): Fault | undefined => {
  if (row.n !== wanted) {
    return { code: 'SEQ_NOT_GAPLESS', what: `is missing; record ${row.n} comes next` };
  }
  if (leafDigest(row.leaf) !== row.hash) {
    return { code: 'HASH_DIFFERS', what: 'its text is not the one that was hashed' };
  }
  const leaf = readLeaf(row.leaf);
  if (leaf === undefined) {
    return { code: 'LEAF_NOT_CANONICAL', what: 'its text is not the canonical form of what it says' };
  }
  const subject = leaf.subject as { kind: string; id: string } | undefined;
  const columns: [string, unknown, unknown][] = [
    ['tenant', tenant, leaf.tenant],
    ['at', row.at, leaf.at],
    ['type', row.type, leaf.type],
    ['actorId', row.actorId, leaf.actorId],
    ['subjectKind', row.subjectKind, subject?.kind],
    ['subjectId', row.subjectId, subject?.id],
  ];
  const other = columns.find(([, left, right]) => left !== right);
  return other && { code: 'COLUMN_DIFFERS', what: `its column "${other[0]}" says other than its text` };
};
