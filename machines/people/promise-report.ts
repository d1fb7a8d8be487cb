import type { Deadline } from '../kernel/state.ts';

/** A promise to a customer, as far as a report asks. */
export interface GivenPromise {
  /** Who gave it. */
  by: string;
  status: Deadline['status'];
  /** Kept or taken back. */
  ended: boolean;
}

/** What became of the promises that one person gave. */
export interface PromiseLine {
  by: string;
  promises: number;
  /** Their time is not over. */
  open: number;
  /** In time. */
  kept: number;
  /** Ended after their time. */
  late: number;
  /** Their time is over, and they are not kept. */
  broken: number;
  /** Taken back in time, with a reason, or ended with their case. */
  takenBack: number;
}

/** A line for each person, those with the most that were not kept in time first. */
export const promiseReport = (promises: readonly GivenPromise[]): PromiseLine[] => {
  const lines = new Map<string, PromiseLine>();
  for (const promise of promises) {
    const { by } = promise;
    const line = lines.get(by) ?? {
      ...{ by, promises: 0, open: 0, kept: 0, late: 0, broken: 0, takenBack: 0 },
    };
    const became = whatBecame(promise);
    lines.set(by, { ...line, promises: line.promises + 1, [became]: line[became] + 1 });
  }
  const missed = ({ late, broken }: PromiseLine): number => late + broken;
  return [...lines.values()].sort((a, b) => missed(b) - missed(a) || (a.by < b.by ? -1 : 1));
};

const whatBecame = ({ status, ended }: GivenPromise): keyof Omit<PromiseLine, 'by' | 'promises'> => {
  switch (status) {
    case 'met':
      return 'kept';
    case 'cancelled':
      return 'takenBack';
    case 'breached':
      return ended ? 'late' : 'broken';
    default:
      return 'open';
  }
};
