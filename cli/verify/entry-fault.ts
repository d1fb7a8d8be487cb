import { hash as digest } from 'node:crypto';
import { type EntryLeaf, genesisHash } from '../../machines/kernel/entry.ts';
import type { Fault } from './finding.ts';
import { readLeaf } from './read-leaf.ts';

/** A stored entry as its row has it. */
export type EntryRow = {
  readonly tenant: string;
  readonly caseId: string;
  readonly seq: number;
  readonly epoch: number;
  readonly at: string;
  readonly due: string | null;
  readonly type: string;
  readonly actorId: string;
  readonly commandId: string;
  readonly leaf: string;
  readonly hash: string;
  readonly prevHash: string;
};

/** What the check of the next entry needs of the one before. */
export type Link = { readonly seq: number; readonly hash: string; readonly epoch: number };

export type CheckedEntry =
  | { readonly fault: Fault }
  | { readonly fault?: undefined; readonly leaf: EntryLeaf };

/** Columns that repeat a field of the leaf for the lists: an edit of the column alone is found by this. */
const repeated = [
  'tenant',
  'caseId',
  'epoch',
  'at',
  'due',
  'type',
  'actorId',
  'commandId',
  'prevHash',
] as const satisfies readonly (keyof EntryRow)[];

/** Types of entry that begin a new epoch. */
const epochTypes: readonly unknown[] = ['case.reopened', 'case.recovered'];

/** Checks a stored entry by itself and against the one before it. */
export const checkEntry = (row: EntryRow, previous: Link | undefined): CheckedEntry => {
  const wanted = (previous?.seq ?? 0) + 1;
  if (row.seq !== wanted) {
    return bad('SEQ_NOT_GAPLESS', `is missing; entry ${row.seq} comes next`);
  }
  if (leafDigest(row.leaf) !== row.hash) {
    return bad('HASH_DIFFERS', 'its text is not the one that was hashed');
  }
  const leaf = readLeaf(row.leaf);
  if (leaf === undefined || !isEntryLeaf(leaf)) {
    return bad('LEAF_NOT_CANONICAL', 'its text is not the canonical form of an entry');
  }
  if (leaf.prevHash !== (previous?.hash ?? genesisHash)) {
    return bad('PREVIOUS_HASH_DIFFERS', 'it does not follow the entry stored before it');
  }
  if (leaf.seq !== row.seq) {
    return bad('COLUMN_DIFFERS', 'its column "seq" says other than its text');
  }
  const column = repeated.find((name) => row[name] !== (leaf[name] ?? null));
  if (column !== undefined) {
    return bad('COLUMN_DIFFERS', `its column "${column}" says other than its text`);
  }
  const epoch = (previous?.epoch ?? 1) + (previous !== undefined && epochTypes.includes(leaf.type) ? 1 : 0);
  return row.epoch === epoch
    ? { leaf }
    : bad('EPOCH_OUT_OF_ORDER', `it stands in epoch ${row.epoch} instead of ${epoch}`);
};

/** RFC 6962 leaf hash by the runtime's own SHA-256 in one call: the fastest there is. */
export const leafDigest = (leaf: string): string => digest('sha256', `\u0000${leaf}`, 'hex');

const isEntryLeaf = (leaf: { [key: string]: unknown }): leaf is { [key: string]: unknown } & EntryLeaf => {
  const { after, definition } = leaf as Partial<EntryLeaf>;
  return (
    Array.isArray(after?.states) && typeof after.changed === 'object' && typeof definition?.hash === 'string'
  );
};

const bad = (code: Fault['code'], what: string): CheckedEntry => ({ fault: { code, what } });
