import { approvalRel } from '../../machines/kernel/ask-approval.ts';
import type { Store } from '../open.ts';
import { type CaseRow, getCase } from './get-case.ts';

/** The case that an approval decides for; undefined for any other case. */
export const askingCaseOf = async (
  store: Store,
  { tenant, state }: Pick<CaseRow, 'tenant' | 'state'>,
): Promise<CaseRow | undefined> => {
  const link = state.signing && state.links.find(({ rel }) => rel === approvalRel);
  return link && getCase(store, { tenant, caseId: link.caseId });
};

/**
 * The kind of case whose limits count: an approval decides another case's matter, so it is that one's kind.
 */
export const kindOfRights = async (
  store: Store,
  row: Pick<CaseRow, 'tenant' | 'kind' | 'state'>,
): Promise<string> => (await askingCaseOf(store, row))?.kind ?? row.kind;

/** The approval that was asked for last under the same name, where it is another than this one. */
export const askedSince = async (
  store: Store,
  row: Pick<CaseRow, 'tenant' | 'caseId' | 'state'>,
): Promise<string | undefined> => {
  const parent = await askingCaseOf(store, row);
  const nameOf = ({ data }: CaseRow['state']): unknown =>
    (data.request as { approval?: string } | undefined)?.approval;
  for (const { rel, caseId } of parent?.state.links.toReversed() ?? []) {
    if (rel !== approvalRel) continue;
    if (caseId === row.caseId) return undefined;
    const other = await getCase(store, { tenant: row.tenant, caseId });
    if (other && nameOf(other.state) === nameOf(row.state)) return caseId;
  }
  return undefined;
};
