/** A message that waits to be sent, kept for the digest, or only shown. */
export interface WaitingNotice {
  id: string;
  /** When the clock it is about runs out, RFC 3339 UTC; null: it is about none, or one that is paused. */
  dueAt: string | null;
  /** How far that clock had come; 0 where there is none. */
  fraction: number;
  /** Goes out in quiet hours too. */
  urgent: boolean;
  /** False: shown, never sent. */
  send: boolean;
  /** What it is about is over: its clock has stopped. */
  moot: boolean;
}

export type Verdict =
  | { kind: 'send' }
  /** Kept for the digest at this instant (epoch milliseconds). */
  | { kind: 'digest'; atMs: number }
  /** Judged again at this instant. */
  | { kind: 'wait'; untilMs: number }
  | { kind: 'shown' };

export interface FloodFacts {
  /** When this person was last sent a message about this case, epoch milliseconds. */
  lastSentMs: number | undefined;
  nowMs: number;
  /** Whether the person is left alone now. */
  quiet: boolean;
  nextDigestMs: number;
  /** Milliseconds that two messages are apart. */
  apartMs: number;
}

/**
 * What becomes of the messages that wait for one person about one case: at most one is sent, that of the tightest
 * clock, and none within `apartMs` of the one before; the others go into the digest. An urgent one is held until it may
 * be sent, where that is sooner than the digest.
 */
export const judgeNotices = (
  waiting: readonly WaitingNotice[],
  { lastSentMs, nowMs, quiet, nextDigestMs, apartMs }: FloodFacts,
): Map<string, Verdict> => {
  const sendable = waiting.filter(({ send, moot }) => send && !moot);
  const free = lastSentMs === undefined || nowMs - lastSentMs >= apartMs;
  const winner = free ? sendable.filter(({ urgent }) => urgent || !quiet).toSorted(tighter)[0] : undefined;
  const againMs = winner || lastSentMs === undefined ? nowMs + apartMs : lastSentMs + apartMs;
  return new Map(
    waiting.map((notice): [string, Verdict] => {
      if (!sendable.includes(notice)) {
        return [notice.id, { kind: 'shown' }];
      }
      if (notice === winner) {
        return [notice.id, { kind: 'send' }];
      }
      return [
        notice.id,
        notice.urgent && againMs < nextDigestMs
          ? { kind: 'wait', untilMs: againMs }
          : { kind: 'digest', atMs: nextDigestMs },
      ];
    }),
  );
};

/** The clock that runs out first comes first; of the same, the one that has come further. */
const tighter = (a: WaitingNotice, b: WaitingNotice): number =>
  compare(a.dueAt ?? '9999', b.dueAt ?? '9999') || b.fraction - a.fraction || compare(a.id, b.id);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
