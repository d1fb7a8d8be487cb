import { setTimeout as delay } from 'node:timers/promises';
import { sweepBulkJobs } from '../db/own/bulk-course.ts';
import { sweepRequests } from '../db/own/idempotency.ts';
import { indexOlderCases } from '../db/own/index-older-cases.ts';
import { sweepSignIn } from '../db/own/sessions.ts';
import type { Vault } from '../db/vault/open-vault.ts';
import { sweepValues } from '../db/vault/sweep-values.ts';

const sweepEveryMs = 3_600_000;
/** Between two batches, so that other writes come between. */
const pauseMs = 20;
/** A round ends in any case, a later one goes on. */
const batchesMax = 2_000;

export interface SweepOptions {
  now: () => number;
  /** Told where a round failed; the next one goes on. */
  onError: () => void;
  everyMs?: number;
}

/**
 * Throws away, at once and then every hour, what only a request of days ago needed: the answers kept for their keys,
 * personal values that came to stand in no entry, bulk jobs of three months ago, and what signing in has left behind.
 * Puts into the full-text index the cases that were there before it. The answer stops it, after the batch under way.
 */
export const startSweep = (
  vault: Vault,
  { now, onError, everyMs = sweepEveryMs }: SweepOptions,
): (() => Promise<void>) => {
  const stopping = new AbortController();
  const { signal } = stopping;
  // The wait ends early when the sweep is stopped.
  const wait = (ms: number) => delay(ms, undefined, { signal, ref: false }).catch(() => undefined);

  const untilNone = async (batch: () => Promise<number>): Promise<void> => {
    for (let n = 0; n < batchesMax && !signal.aborted && (await batch()) > 0; n += 1) {
      await wait(pauseMs);
    }
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await untilNone(() => sweepRequests(vault.store, now()));
        await untilNone(async () => (await sweepValues(vault, now())).looked);
        await sweepSignIn(vault.store, now());
        await untilNone(() => sweepBulkJobs(vault.store, now()));
        await untilNone(() => indexOlderCases(vault.store));
      } catch {
        onError();
      }
      await wait(everyMs);
    }
  };
  const running = run();

  return async () => {
    stopping.abort();
    await running;
  };
};
