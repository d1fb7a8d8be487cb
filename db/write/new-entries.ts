import { type Entry, genesisHash } from '../../machines/kernel/entry.ts';
import { TrailDiverged } from '../failure.ts';
import { leafHash } from '../leaf-hash.ts';
import type { Db } from '../open.ts';
import { type LeafHead, leafHead } from './leaf-head.ts';
import type { Batch } from './project.ts';
import { storedHashes } from './stored-hashes.ts';

export type ReadEntry = Entry & LeafHead;

/** Each entry follows the one before it, holds what it says, and the state stands at the last one. */
const readChain = (batch: Batch): ReadEntry[] => {
  const { tenant, caseId, state } = batch;
  const chain: ReadEntry[] = batch.entries.map((entry) => ({ ...entry, ...leafHead(entry.leaf) }));
  for (const [i, entry] of chain.entries()) {
    const previous = chain[i - 1];
    const sound =
      entry.tenant === tenant &&
      entry.caseId === caseId &&
      entry.leafSeq === entry.seq &&
      entry.leafType === entry.type &&
      leafHash(entry.leaf) === entry.hash &&
      (!previous || (entry.prevHash === previous.hash && entry.seq === previous.seq + 1));
    if (!sound) throw new TrailDiverged('leaf', caseId, entry.seq);
  }
  const last = chain.at(-1);
  if (last && (last.seq !== state.seq || last.hash !== state.headHash)) {
    throw new TrailDiverged('leaf', caseId, state.seq);
  }
  return chain;
};

/**
 * The entries of a batch that are not stored yet; those that are stored must be the same.
 * @throws TrailDiverged
 */
export const newEntries = (
  db: Db,
  batch: Batch,
  stored: { lastSeq: number; headHash: string; epoch: number } | undefined,
): ReadEntry[] => {
  const { tenant, caseId, state } = batch;
  const chain = readChain(batch);
  const lastSeq = stored?.lastSeq ?? 0;
  const known = chain.filter((entry) => entry.seq <= lastSeq);
  const fresh = chain.filter((entry) => entry.seq > lastSeq);

  const [firstKnown, lastKnown] = [known[0], known.at(-1)];
  if (firstKnown && lastKnown) {
    const hashes = storedHashes(db, { tenant, caseId, first: firstKnown.seq, last: lastKnown.seq });
    const other = known.find((entry) => hashes.get(entry.seq) !== entry.hash);
    if (other) throw new TrailDiverged('hash', caseId, other.seq);
  }
  const [next] = fresh;
  if (!next) {
    // An empty batch, or one sent again: the state must not be ahead of the trail.
    if (state.seq > lastSeq) throw new TrailDiverged('gap', caseId, state.seq);
    return [];
  }
  if (next.seq !== lastSeq + 1) throw new TrailDiverged('gap', caseId, next.seq);
  if (next.prevHash !== (stored?.headHash ?? genesisHash)) throw new TrailDiverged('hash', caseId, next.seq);
  if (stored && state.epoch < stored.epoch) throw new TrailDiverged('epoch', caseId, next.seq);
  return fresh;
};
