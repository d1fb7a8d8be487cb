import { genesisHash } from '../../machines/kernel/entry.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import type { Db } from '../open.ts';
import type { Batch, RunNote } from './project.ts';
import { storedHashes } from './stored-hashes.ts';

/** A case's state as stored, with what the run that stored it noted. */
export type StoredState = CaseState & { run?: RunNote };

/**
 * The stored state, where the very run that sends this batch has stored other entries in its place: its worker died
 * after storing them and before its own history knew. Undefined for anything else, a plain repeat included.
 */
export const storedAhead = (
  db: Db,
  { tenant, caseId, state, entries: batch, run }: Batch,
  stored: { lastSeq: number; epoch: number; state: StoredState } | undefined,
): StoredState | undefined => {
  const [first] = batch;
  const base = first ? first.seq - 1 : state.seq;
  const sameRun = run !== undefined && stored?.state.run?.id === run.id && stored.epoch === state.epoch;
  if (!stored || !sameRun || stored.lastSeq <= base) {
    return undefined;
  }
  const hashes = storedHashes(db, { tenant, caseId, first: base, last: base + 1 });
  const hashAt = (seq: number): string | undefined => (seq === 0 ? genesisHash : hashes.get(seq));
  const baseHash = first ? (JSON.parse(first.leaf) as { prevHash: string }).prevHash : state.headHash;
  const forksHere = hashAt(base) === baseHash && hashAt(base + 1) !== first?.hash;
  return forksHere ? stored.state : undefined;
};
