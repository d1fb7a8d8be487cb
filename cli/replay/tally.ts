/** What came of the commands of a run. */
export type Tally = {
  accepted(latencyMs: number, retries: number): void;
  refused(code: string, what: string): void;
  /** Refused with the code that the plan wants. */
  refusedAsPlanned(): void;
  summary(): CommandFigures;
};

export type CommandFigures = {
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  /** How many commands were refused, by code. */
  readonly refusedByCode: { readonly [code: string]: number };
  /** The first of them, for people. */
  readonly firstRefused: string | null;
  /** Refusals that belong to the plan; not among those above. */
  readonly refusedAsPlanned: number;
  /** Times that a command had to be sent again because the API was busy or away. */
  readonly retries: number;
  readonly acceptedPerMin: number;
  /** Of the accepted ones, from sending to answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** Counts from now on. @param clock milliseconds */
export const startTally = (clock: () => number = performance.now.bind(performance)): Tally => {
  const startedAtMs = clock();
  const latencies: number[] = [];
  const refusedByCode: { [code: string]: number } = {};
  let firstRefused: string | null = null;
  let retries = 0;
  let planned = 0;
  let endedAtMs = startedAtMs;
  return {
    accepted(latencyMs, again) {
      latencies.push(latencyMs);
      retries += again;
      endedAtMs = clock();
    },
    refused(code, what) {
      refusedByCode[code] = (refusedByCode[code] ?? 0) + 1;
      firstRefused ??= `${what} (${code})`;
      endedAtMs = clock();
    },
    refusedAsPlanned() {
      planned += 1;
    },
    summary() {
      const sorted = latencies.toSorted((a, b) => a - b);
      const at = (share: number): number =>
        Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
      const refused = Object.values(refusedByCode).reduce((sum, n) => sum + n, 0);
      const minutes = (endedAtMs - startedAtMs) / 60_000;
      return {
        sent: sorted.length + refused + planned,
        accepted: sorted.length,
        refused,
        refusedByCode,
        firstRefused,
        refusedAsPlanned: planned,
        retries,
        acceptedPerMin: minutes > 0 ? Math.round(sorted.length / minutes) : 0,
        p50Ms: at(0.5),
        p99Ms: at(0.99),
      };
    },
  };
};
