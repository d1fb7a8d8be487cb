import type { EntryLeaf } from '../../machines/kernel/entry.ts';

/** What the store's columns repeat of a leaf. */
export interface LeafHead {
  tenant: string;
  caseId: string;
  leafSeq: number;
  leafType: string;
  epoch: number;
  at: string;
  due: string | null;
  actorId: string;
  commandId: string;
  prevHash: string;
}

export const leafHead = (leaf: string): LeafHead => {
  const { tenant, caseId, seq, type, epoch, at, due, actorId, commandId, prevHash } = JSON.parse(
    leaf,
  ) as EntryLeaf;
  return {
    tenant,
    caseId,
    leafSeq: seq,
    leafType: type,
    epoch,
    at,
    due: due ?? null,
    actorId,
    commandId,
    prevHash,
  };
};
