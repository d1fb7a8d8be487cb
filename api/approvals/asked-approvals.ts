import type { CaseRow } from '../../db/read/get-case.ts';
import { getCases } from '../../db/read/get-cases.ts';
import type { Approval } from '../../machines/kernel/approval/approval.ts';
import { visibleCases } from '../present-case.ts';
import type { Reader } from '../reader.ts';
import type { Services } from '../services.ts';
import { inSightAmong } from '../sight.ts';
import { type AskingCase, askingCaseId, readAskingCase } from './asking-case.ts';

/** An approval with the case that asked for it. */
export interface AskedApproval {
  row: CaseRow;
  approval: Approval;
  /** The kind of case whose limits count: of the asking one, whether the reader may see it or not. */
  kind: string;
  /** Undefined where there is none that the reader may see. */
  asking: AskingCase | undefined;
}

/** Those of these cases that are approvals which the reader may see, in that order; read together. */
export const askedApprovals = async (
  services: Services,
  reader: Reader,
  caseIds: readonly string[],
): Promise<AskedApproval[]> => {
  const { store } = services;
  const visible = await visibleCases(services, reader, caseIds);
  const found = [...new Set(caseIds)].flatMap((caseId) => {
    const row = visible.get(caseId);
    const approval = row?.state.signing?.approval;
    return row && approval ? [{ row, approval, askedBy: askingCaseId(row) }] : [];
  });
  const askingIds = found.flatMap(({ askedBy }) => (askedBy === undefined ? [] : [askedBy]));
  const askingRows = await getCases(store, reader.tenant, askingIds);
  const seen = await inSightAmong(services, reader, askingIds);
  return Promise.all(
    found.map(async ({ row, approval, askedBy = '' }) => {
      const parent = askingRows.get(askedBy);
      const asking = parent && seen.has(askedBy) ? await readAskingCase(services, row, parent) : undefined;
      return { row, approval, kind: parent?.kind ?? row.kind, asking };
    }),
  );
};
