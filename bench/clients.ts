/** One whole lifecycle, command after command; `note` is told how long each took, in milliseconds. */
export type Lifecycle = (caseId: string, note: (tookMs: number) => void) => Promise<void>;

export interface Answered {
  /** When it was answered, in milliseconds since the start. */
  atMs: number;
  tookMs: number;
}

export interface Driven {
  elapsedMs: number;
  /** One for each accepted command. */
  answered: Answered[];
}

export interface DriveOptions {
  clients: number;
  /** Lifecycles in all. */
  count?: number;
  /** No lifecycle begins after it. */
  forMs?: number;
}

let started = 0;

/** Clients that run one lifecycle after the other, all at the same time, until all are done or time is up. */
export const drive = async (
  lifecycle: Lifecycle,
  { clients, count = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY }: DriveOptions,
): Promise<Driven> => {
  const answered: Answered[] = [];
  const start = performance.now();
  let left = count;
  const client = async (): Promise<void> => {
    while (left > 0 && performance.now() - start < forMs) {
      left -= 1;
      started += 1;
      await lifecycle(`b${process.pid}-${started}`, (tookMs) => {
        answered.push({ atMs: performance.now() - start, tookMs });
      });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { elapsedMs: performance.now() - start, answered };
};

/** Accepted commands per minute. */
export const perMin = ({ elapsedMs, answered }: Driven): number => (answered.length * 60_000) / elapsedMs;

/** @returns how long the work took, in milliseconds */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
