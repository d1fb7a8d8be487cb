/** What is known of a supervised process so far. */
export type ChildHistory = {
  /** Ends in a row, none of them after a steady run. */
  readonly failures: number;
  readonly everReady: boolean;
};

export type RestartDecision =
  | { readonly do: 'restart'; readonly delayMs: number; readonly failures: number }
  | { readonly do: 'give-up'; readonly failures: number };

export const firstDelayMs = 200;
export const longestDelayMs = 10_000;
/** A run of this length shows that the process works: the next end counts as the first again. */
export const steadyAfterMs = 30_000;
/** A process that was never ready is given up after so many ends: it cannot start, and waiting will not help. */
export const startsMax = 5;

/**
 * What to do about a process that ended after `ranMs`: start it again after 0.2 s, twice as long each time up to 10 s,
 * for ever once it has been ready.
 */
export function decideRestart(history: ChildHistory, ranMs: number): RestartDecision {
  const failures = history.everReady && ranMs >= steadyAfterMs ? 1 : history.failures + 1;
  if (!history.everReady && failures >= startsMax) {
    return { do: 'give-up', failures };
  }
  return { do: 'restart', failures, delayMs: Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1)) };
}
