import { setTimeout as sleep } from 'node:timers/promises';

/** Lets at most so many a minute through, evenly. */
export const createPacer = (perMinute: number): (() => Promise<void>) => {
  const everyMs = 60_000 / perMinute;
  let nextMs = performance.now();
  return async () => {
    const turnMs = Math.max(nextMs, performance.now());
    nextMs = turnMs + everyMs;
    const waitMs = turnMs - performance.now();
    if (waitMs > 0) {
      await sleep(waitMs);
    }
  };
};
