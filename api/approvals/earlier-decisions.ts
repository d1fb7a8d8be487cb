import { casesWithEntries } from '../../db/read/cases-with-entries.ts';
import { type CaseRow, entriesOf } from '../../db/read/get-case.ts';
import { getCases } from '../../db/read/get-cases.ts';
import type { Approval } from '../../machines/kernel/approval/approval.ts';
import { approvalRel } from '../../machines/kernel/ask-approval.ts';
import type { EntryLeaf } from '../../machines/kernel/entry.ts';
import type { Json } from '../../machines/kernel/json.ts';
import type { Reader } from '../reader.ts';
import { maySeeRestricted } from '../rights.ts';
import type { Services } from '../services.ts';
import { unseal } from '../unseal.ts';
import { type AskingCase, approvalNameOf } from './asking-case.ts';

/** A decision that the same case asked for before, under the same name. */
export interface EarlierApproval {
  row: CaseRow;
  approval: Approval;
  /** `cancelled`: what was to be signed changed, or was wanted no more, before it was decided. */
  status: Approval['status'] | 'cancelled';
  openedAt: string;
}

/** Who said no, or sent it back, and why as far as the reader may know. */
export interface Dissent {
  personId: string;
  what: 'rejected' | 'returned';
  at: string;
  reason: string | null;
}

const earlierMax = 10;

/** For each of these approvals, by its case: what the same case asked for before under the same name, the newest first. */
export const earlierApprovals = async (
  { store }: Services,
  approvals: readonly { row: CaseRow; asking: AskingCase }[],
): Promise<Map<string, EarlierApproval[]>> => {
  const others = approvals.map(({ row, asking }) => ({ row, asking, ids: othersOf(asking, row) }));
  const [first] = approvals;
  const rows = await getCases(
    store,
    first?.row.tenant ?? '',
    others.flatMap(({ ids }) => ids),
  );
  return new Map(
    others.map(({ row, asking, ids }) => [
      row.caseId,
      ids
        .flatMap((id) => {
          const other = rows.get(id);
          const approval = other?.state.signing?.approval;
          return other && approval && approvalNameOf(other) === asking.name && other.openedAt <= row.openedAt
            ? [{ row: other, approval, status: statusOf(other, approval), openedAt: other.openedAt }]
            : [];
        })
        .sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1)),
    ]),
  );
};

const statusOf = ({ status }: CaseRow, approval: Approval): EarlierApproval['status'] =>
  status === 'closed' && approval.status === 'running' ? 'cancelled' : approval.status;

const othersOf = ({ row: { state } }: AskingCase, { caseId }: CaseRow): string[] =>
  state.links
    .filter((link) => link.rel === approvalRel && link.caseId !== caseId)
    .slice(-earlierMax)
    .map((link) => link.caseId);

/** Approvals whose trails are read for who was against it. */
const trailsMax = 4;

const dissentTypes: { readonly [type: string]: Dissent['what'] } = {
  'seat.rejected': 'rejected',
  'seat.returned': 'returned',
};

/** Who was against it, in this approval and in those before, the newest first. */
export const dissents = async (
  { store, vault }: Services,
  reader: Reader,
  rows: readonly CaseRow[],
): Promise<Dissent[]> => {
  const trails = await Promise.all(
    rows.slice(0, trailsMax).map(({ tenant, caseId }) => entriesOf(store, { tenant, caseId, limit: 200 })),
  );
  const found = trails.flat().flatMap((entry) => {
    const what = dissentTypes[entry.type];
    return what === undefined || !maySeeRestricted(reader, entry.restrictedTo) ? [] : [{ entry, what }];
  });
  const made = await Promise.all(
    found.map(async ({ entry, what }): Promise<Dissent> => {
      const { data } = JSON.parse(entry.leaf) as EntryLeaf;
      const { reason = null } = (data ?? {}) as { reason?: Json };
      const read = await unseal(vault, reader, reason);
      return { personId: entry.actorId, what, at: entry.at, reason: typeof read === 'string' ? read : null };
    }),
  );
  return made.sort((a, b) => (a.at < b.at ? 1 : -1));
};

/** Those of these approvals in which somebody was against it, as far as this reader may know. */
export const approvalsWithDissent = async (
  { store }: Services,
  reader: Reader,
  caseIds: readonly string[],
): Promise<Set<string>> => {
  const types = Object.keys(dissentTypes);
  const found = await casesWithEntries(store, { tenant: reader.tenant, caseIds, types });
  return new Set(
    found.filter(({ restrictedTo }) => maySeeRestricted(reader, restrictedTo)).map(({ caseId }) => caseId),
  );
};
