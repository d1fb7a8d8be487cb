import type { Finding } from './finding.ts';
import type { Reads } from './tables.ts';

/** Verifies a tenant's log: its indexes are dense from 0, and every leaf stands for an entry or a record. */
export const verifyLog = (
  reads: Reads,
  tenant: string,
): { readonly logLeaves: number; readonly waitingLeaves: number; readonly finding?: Finding } => {
  const { leaves = 0, first = null, last = null } = reads.logExtent.get(tenant) ?? {};
  const counts = { logLeaves: leaves, waitingLeaves: reads.waiting.get(tenant)?.leaves ?? 0 };
  if (leaves > 0 && (first !== 0 || last !== leaves - 1)) {
    const what = `the log has ${leaves} leaves and ends with index ${last}`;
    return { ...counts, finding: { tenant, code: 'LOG_NOT_DENSE', what } };
  }
  const stray = reads.strayLeaf.get(tenant);
  if (stray !== undefined) {
    const what = `the log has a leaf for case ${stray.caseId}, which is not stored`;
    return { ...counts, finding: { tenant, code: 'LOG_LEAF_WITHOUT_SOURCE', what } };
  }
  return counts;
};
