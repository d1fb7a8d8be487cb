import type { Client } from '@temporalio/client';
import type { Store } from '../../db/open.ts';
import { recentHeads } from '../../db/read/recent-heads.ts';
import { syncCase } from '../../workflows/client/sync-case.ts';

/** An entry bears the time at which its workflow task began, and is stored within the time that such a task may take. */
const earlierMs = 60_000;
const entriesMax = 2_000;
const atOnceMax = 8;
const answerMsMax = 20_000;

/**
 * A worker that dies between storing an entry and telling Temporal leaves a case whose run knows less than the store.
 * The run finds out with its next entry; here every case that was written to since then (epoch milliseconds) is told at
 * once, the last first, so that none waits with something to do.
 */
export const catchUp = async (
  store: Store,
  client: Client,
  sinceMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const sinceAt = new Date(sinceMs - earlierMs).toISOString();
  const heads = await recentHeads(store, { sinceAt, limit: entriesMax });
  const next = heads.values();
  const tellNext = async (): Promise<void> => {
    for (const head of next) {
      if (signal.aborted) {
        return;
      }
      await syncCase(client, head, head.seq, { deadlineMs: Date.now() + answerMsMax });
    }
  };
  await Promise.all(Array.from({ length: atOnceMax }, tellNext));
};
