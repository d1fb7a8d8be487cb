/** One whole lifecycle, command after command; says how long each took, in milliseconds. */
export type Lifecycle = (caseId: string) => Promise<number[]>;

export interface Driven {
  /** Commands that were accepted. */
  commands: number;
  elapsedMs: number;
  /** How long each command took, in milliseconds. */
  timesMs: number[];
}

let started = 0;

/** Clients that run one lifecycle after the other, all at the same time, until `count` are done or time is up. */
export const drive = async (
  lifecycle: Lifecycle,
  { clients, count = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY }: DriveOptions,
): Promise<Driven> => {
  const timesMs: number[] = [];
  const start = performance.now();
  let left = count;
  const client = async (): Promise<void> => {
    while (left > 0 && performance.now() - start < forMs) {
      left -= 1;
      started += 1;
      timesMs.push(...(await lifecycle(`b${process.pid}-${started}`)));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { commands: timesMs.length, elapsedMs: performance.now() - start, timesMs };
};

export interface DriveOptions {
  clients: number;
  count?: number;
  forMs?: number;
}

/** @returns how long the work took, in milliseconds */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
