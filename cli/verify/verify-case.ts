import type { EntryLeaf } from '../../machines/kernel/entry.ts';
import { ownPolicyName } from '../../machines/kernel/policy/table.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { logPlaces } from './check-log-place.ts';
import { checkEntry, type Link } from './entry-fault.ts';
import type { Fault, Finding } from './finding.ts';
import { differingPart, emptyFold, type Folded, foldChanges } from './fold-changes.ts';
import type { CaseKey, CaseRow, Reads } from './tables.ts';

export type CaseVerdict = { readonly entries: number; readonly finding?: Finding };

/** Verifies one case: its entries in their order, their leaves in the log, and what its row shows of them. */
export const verifyCase = (reads: Reads, { tenant, caseId }: CaseKey, counted: () => void): CaseVerdict => {
  const row = reads.case.get(tenant, caseId);
  const at = { tenant, caseId, ...(row === undefined ? {} : { number: row.number }) };
  const log = logPlaces(reads.loggedEntries.iterate(tenant, caseId, tenant, caseId));
  const folded = emptyFold();
  let previous: Link | undefined;
  let leaf: EntryLeaf | undefined;
  let entries = 0;
  try {
    for (const entry of reads.entries.iterate(tenant, caseId)) {
      entries += 1;
      counted();
      const checked = checkEntry(entry, previous);
      if (checked.fault !== undefined) {
        return { entries, finding: { ...at, seq: (previous?.seq ?? 0) + 1, ...checked.fault } };
      }
      const unlogged = log.faultOf(entry.seq, entry.hash);
      if (unlogged !== undefined) {
        return { entries, finding: { ...at, seq: entry.seq, ...unlogged } };
      }
      leaf = checked.leaf;
      previous = { seq: entry.seq, hash: entry.hash, epoch: entry.epoch };
      foldChanges(folded, leaf.after.changed);
    }
    const fault = caseFault(row, previous, leaf, folded) ?? log.faultAtEnd();
    return { entries, ...(fault && { finding: { ...at, seq: previous?.seq ?? 0, ...fault } }) };
  } finally {
    log.close();
  }
};

const caseFault = (
  row: CaseRow | undefined,
  last: Link | undefined,
  leaf: EntryLeaf | undefined,
  folded: Folded,
): Fault | undefined => {
  if (row === undefined) {
    return { code: 'CASE_MISSING', what: 'the case has entries and no row' };
  }
  if (last === undefined || leaf === undefined) {
    return { code: 'HEAD_DIFFERS', what: 'the case has a row and no entries' };
  }
  return rowFault(row, last, leaf) ?? stateFault(row, leaf, folded);
};

/** The row must stand at the last entry: else entries are missing at its end, or the row is of another time. */
const rowFault = (row: CaseRow, last: Link, leaf: EntryLeaf): Fault | undefined => {
  if (row.lastSeq !== last.seq) {
    return {
      code: 'HEAD_DIFFERS',
      what: `the case stands at entry ${row.lastSeq}, but this is the last one stored`,
    };
  }
  return row.headHash === last.hash && row.epoch === last.epoch && row.definitionHash === leaf.definition.hash
    ? undefined
    : { code: 'HEAD_DIFFERS', what: 'the case stands at another entry than the last one stored' };
};

/** The company's own table that the entry names; a shipped one is told by its number alone. */
const ownTableOf = ({ policy }: EntryLeaf): string | undefined =>
  policy?.includes('#') ? policy : undefined;

/** The case as its row shows it must be what its entries made of it. */
const stateFault = (row: CaseRow, leaf: EntryLeaf, folded: Folded): Fault | undefined => {
  const differs = (part: string): Fault => ({
    code: 'CASE_DIFFERS',
    what: `the case shows "${part}" other than its entries say`,
  });
  let state: CaseState;
  let states: unknown;
  try {
    state = JSON.parse(row.state);
    states = JSON.parse(row.states);
  } catch {
    return differs('state');
  }
  const part = differingPart(folded, state as unknown as { [part: string]: unknown });
  if (part !== undefined) {
    return differs(part);
  }
  const told = leaf.after.states;
  const shown: [string, unknown, unknown][] = [
    ['states', String(states), String(told)],
    ['states', String(state.machine.states), String(told)],
    ['status', row.status, state.status],
    ['owner', row.owner, state.owner],
    ['seq', state.seq, row.lastSeq],
    ['headHash', state.headHash, row.headHash],
    ['receivedAt', row.receivedAt, state.receivedAt],
    ['policy', state.policy && ownPolicyName(state.policy), ownTableOf(leaf)],
  ];
  const other = shown.find(([, left, right]) => left !== right);
  return other && differs(other[0]);
};
