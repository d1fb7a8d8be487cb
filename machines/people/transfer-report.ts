import type { Transfer } from '../kernel/state.ts';

/** What went from one department to another, and how long it waited there for somebody to accept it. */
export interface TransferPair {
  from: string | null;
  to: string | null;
  transfers: number;
  accepted: number;
  declined: number;
  /** Transfers back to where one of the same case came from before. */
  pingPong: number;
  /** Until it was accepted, declined or withdrawn; what still waits counts until now. The sender's time. */
  daysWaited: number;
}

const dayMs = 86_400_000;

/** Sums transfers up by pair of departments, those with the most to and fro first. */
export const transferReport = (
  transfers: readonly { caseId: string; transfer: Transfer }[],
  nowMs: number,
): TransferPair[] => {
  const pairs = new Map<string, TransferPair>();
  const seen = new Map<string, Set<string>>();
  for (const { caseId, transfer } of transfers) {
    const { fromDepartment: from, toDepartment: to, status, at, endedAt } = transfer;
    const key = JSON.stringify([from, to]);
    const pair = pairs.get(key) ?? {
      ...{ from, to, transfers: 0, accepted: 0, declined: 0, pingPong: 0, daysWaited: 0 },
    };
    const gone = seen.get(caseId) ?? new Set<string>();
    const waitedMs = (endedAt === undefined ? nowMs : Date.parse(endedAt)) - Date.parse(at);
    pairs.set(key, {
      ...pair,
      transfers: pair.transfers + 1,
      accepted: pair.accepted + Number(status === 'accepted' || status === 'named'),
      declined: pair.declined + Number(status === 'declined'),
      pingPong: pair.pingPong + Number(from !== to && gone.has(JSON.stringify([to, from]))),
      daysWaited: pair.daysWaited + waitedMs / dayMs,
    });
    seen.set(caseId, gone.add(key));
  }
  return [...pairs.values()]
    .map((pair) => ({ ...pair, daysWaited: Math.round(pair.daysWaited * 100) / 100 }))
    .sort((a, b) => b.pingPong - a.pingPong || b.transfers - a.transfers);
};
