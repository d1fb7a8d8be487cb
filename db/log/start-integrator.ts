import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from '../failure.ts';
import type { Store } from '../open.ts';
import { integrate, waitingTenants } from './integrate.ts';
import { releaseLeases } from './lease.ts';

/** Between two looks at the waiting list; with a write's own time it stays well below 200 ms. */
const pollMs = 75;
/** After a failure of the store. */
const pauseMs = 500;

export interface IntegratorOptions {
  /** Names this process; another process has another. */
  holder: string;
  /** Told of failures that are not the store's passing ones; the integrator goes on trying. */
  onError?: (error: unknown) => void;
}

/**
 * Gives the leaves of all tenants their dense indexes, in order of arrival, within 200 ms. Any number of
 * integrators may run: each tenant has one at a time, and another takes over when it falls silent.
 * The answer stops it, after the batch under way.
 */
export const startIntegrator = (
  store: Store,
  { holder, onError = () => {} }: IntegratorOptions,
): (() => Promise<void>) => {
  const stopping = new AbortController();

  const round = async () => {
    for (const tenant of await waitingTenants(store)) {
      while (!stopping.signal.aborted && (await integrate(store, { tenant, holder })) > 0);
    }
  };

  const run = async () => {
    while (!stopping.signal.aborted) {
      let waitMs = pollMs;
      try {
        await round();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) onError(error);
        waitMs = pauseMs;
      }
      // The wait ends early when the integrator is stopped.
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await store.write((db) => releaseLeases(db, holder)).catch(onError);
  };
  const running = run();

  return async () => {
    stopping.abort();
    await running;
  };
};
