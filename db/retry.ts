import { setTimeout as delay } from 'node:timers/promises';
import { asUnavailable, isBusy } from './failure.ts';

/** Longest time between two tries at a locked database. */
const pauseMsMax = 60;

/** A little chance keeps several processes from trying in step. */
export const pauseBeforeRetry = (): Promise<void> =>
  delay(pauseMsMax / 3 + Math.random() * (pauseMsMax / 1.5));

/**
 * Runs `work`, and again while the database is locked, until `untilMs` (epoch). Between the tries the event loop
 * is free; SQLite's own waiting would block it.
 * @throws StoreUnavailable when it is still locked then, or full, or failing.
 */
export const withRetry = async <T>(work: () => T, options: { untilMs: number }): Promise<T> => {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= options.untilMs) throw asUnavailable(error) ?? error;
    }
    await pauseBeforeRetry();
  }
};
