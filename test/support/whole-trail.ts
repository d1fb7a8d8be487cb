import type { Store } from '../../db/open.ts';
import { entriesOf } from '../../db/read/get-case.ts';
import type { Entry, EntryLeaf } from '../../machines/kernel/entry.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';

const pageMax = 200;

/** A case's stored entries with what their leaves say. @throws where one is missing, doubled or altered */
export const wholeTrail = async (
  store: Store,
  target: { tenant: string; caseId: string },
): Promise<(Entry & { read: EntryLeaf })[]> => {
  const entries: (Entry & { read: EntryLeaf })[] = [];
  for (;;) {
    const afterSeq = entries.at(-1)?.seq ?? 0;
    const page = await entriesOf(store, { ...target, afterSeq, limit: pageMax });
    for (const { seq, type, leaf, hash } of page) {
      entries.push({ seq, type, leaf, hash, read: JSON.parse(leaf) as EntryLeaf });
    }
    if (page.length < pageMax) {
      break;
    }
  }
  const verdict = verifyChain(entries);
  if (!verdict.ok) {
    throw new Error(`The trail breaks at ${verdict.badSeq}: ${verdict.reason}`);
  }
  return entries;
};
