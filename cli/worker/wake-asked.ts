import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Store } from '../../db/open.ts';
import { askedBulkJobs } from '../../db/own/bulk-jobs.ts';
import { wakeBulk } from '../../workflows/client/wake-bulk.ts';

/** Longer than a request that starts a job takes. */
const askedForMs = 60_000;
const everyMs = 60_000;
const answerMsMax = 10_000;

/** Has the bulk jobs run that were kept but not begun, because the API died or the engine was away in between. */
export const wakeAsked = async (store: Store, client: Client, taskQueue: string): Promise<void> => {
  for (const key of await askedBulkJobs(store, Date.now() - askedForMs)) {
    await wakeBulk(client, key, { taskQueue, deadlineMs: Date.now() + answerMsMax });
  }
};

/** Does so at once and every minute, until `signal`. What failed is tried again the next time; `failed` is told. */
export const keepWaking = async (
  { store, client, taskQueue }: { store: Store; client: Client; taskQueue: string },
  signal: AbortSignal,
  failed: () => void,
): Promise<void> => {
  while (!signal.aborted) {
    await wakeAsked(store, client, taskQueue).catch(failed);
    await delay(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
};
