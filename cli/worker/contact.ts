/** What a worker knows of its contact with Temporal. Times are epoch milliseconds. */
export interface Contact {
  /** When Temporal was last reached. */
  reachedAtMs: number;
  /** What was stored since then may be unknown to the runs of its cases; undefined: nothing is. */
  owedSinceMs: number | undefined;
}

/**
 * A worker without a sign of life for so long is taken for dead, and a silence of Temporal for one that commands did not
 * outlast: who sends one waits longer for its answer.
 */
export const silentAfterMs = 8_000;

/** Contact at an instant: Temporal was asked whether it is there, and what dead workers left was taken over. */
export const nextContact = (
  { reachedAtMs, owedSinceMs }: Contact,
  { atMs, reached, leftSinceMs }: { atMs: number; reached: boolean; leftSinceMs: number | undefined },
): Contact => {
  const silent = reached && atMs - reachedAtMs > silentAfterMs;
  return {
    reachedAtMs: reached ? atMs : reachedAtMs,
    owedSinceMs: earliest(owedSinceMs, leftSinceMs, silent ? reachedAtMs : undefined),
  };
};

/** Until when everything that was stored is known: what another worker goes on from if this one dies. */
export const knownUntilMs = ({ reachedAtMs, owedSinceMs }: Contact): number => owedSinceMs ?? reachedAtMs;

const earliest = (...instants: (number | undefined)[]): number | undefined => {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
