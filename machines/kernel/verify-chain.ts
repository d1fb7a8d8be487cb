import { canonicalJson } from './canonical-json.ts';
import { type Entry, type EntryLeaf, genesisHash, leafHash } from './entry.ts';
import type { Json } from './json.ts';

/** Whether a case's entries are whole and unaltered; else the first entry that is not, and why. */
export type ChainVerdict = { ok: true } | { ok: false; badSeq: number; reason: ChainFault };

export type ChainFault =
  | 'NOT_CANONICAL'
  | 'HASH_DIFFERS'
  | 'PREVIOUS_HASH_DIFFERS'
  | 'SEQ_NOT_GAPLESS'
  | 'EPOCH_OUT_OF_ORDER'
  | 'OTHER_CASE'
  | 'LABEL_DIFFERS';

/**
 * Verifies a case's entries from its first on: every hash, every link to the one before, numbers without a gap, and
 * epochs that rise by one with each re-opening or recovery and never otherwise. It needs nothing but the entries; that none is
 * missing at the end shows only against a head hash known from elsewhere.
 */
export const verifyChain = (entries: readonly Entry[]): ChainVerdict => {
  let previous: { leaf: EntryLeaf; hash: string } | undefined;
  for (const [index, entry] of entries.entries()) {
    const leaf = readLeaf(entry.leaf);
    const reason = leaf === undefined ? 'NOT_CANONICAL' : fault(entry, leaf, index + 1, previous);
    if (leaf === undefined || reason) {
      return { ok: false, badSeq: index + 1, reason: reason ?? 'NOT_CANONICAL' };
    }
    previous = { leaf, hash: entry.hash };
  }
  return { ok: true };
};

/** Entries that begin a new epoch. */
const epochTypes = ['case.reopened', 'case.recovered'];

const fault = (
  entry: Entry,
  leaf: EntryLeaf,
  seq: number,
  previous: { leaf: EntryLeaf; hash: string } | undefined,
): ChainFault | undefined => {
  if (leafHash(entry.leaf) !== entry.hash) {
    return 'HASH_DIFFERS';
  }
  if (leaf.prevHash !== (previous?.hash ?? genesisHash)) {
    return 'PREVIOUS_HASH_DIFFERS';
  }
  if (leaf.seq !== seq) {
    return 'SEQ_NOT_GAPLESS';
  }
  if (entry.seq !== leaf.seq || entry.type !== leaf.type) {
    return 'LABEL_DIFFERS';
  }
  if (previous && (leaf.tenant !== previous.leaf.tenant || leaf.caseId !== previous.leaf.caseId)) {
    return 'OTHER_CASE';
  }
  const epoch = previous === undefined ? 1 : previous.leaf.epoch + (epochTypes.includes(leaf.type) ? 1 : 0);
  return leaf.epoch === epoch ? undefined : 'EPOCH_OUT_OF_ORDER';
};

/** The leaf, where its text is the canonical JSON of an object. */
const readLeaf = (text: string): EntryLeaf | undefined => {
  let value: Json;
  try {
    value = JSON.parse(text);
    if (canonicalJson(value) !== text) {
      return undefined;
    }
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as unknown as EntryLeaf)
    : undefined;
};
