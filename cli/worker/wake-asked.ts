import type { Client } from '@temporalio/client';
import type { Store } from '../../db/open.ts';
import { askedBulkJobs } from '../../db/own/bulk-jobs.ts';
import { wakeBulk } from '../../workflows/client/wake-bulk.ts';

/** Longer than a request that starts a job takes. */
const askedForMs = 60_000;
const answerMsMax = 10_000;

/** Has the bulk jobs run that were kept but not begun, because the API died or the engine was away in between. */
export const wakeAsked = async (store: Store, client: Client, taskQueue: string): Promise<void> => {
  for (const key of await askedBulkJobs(store, Date.now() - askedForMs)) {
    await wakeBulk(client, key, { taskQueue, deadlineMs: Date.now() + answerMsMax });
  }
};
