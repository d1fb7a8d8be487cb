import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Store } from '../db/open.ts';
import { bulkCounts } from '../db/own/bulk-counts.ts';
import { beginBulkJob, endBulkJob } from '../db/own/bulk-course.ts';
import {
  type BulkItem,
  type Settled,
  settleItems,
  type TriedItem,
  waitingItems,
} from '../db/own/bulk-items.ts';
import { type BulkJob, getBulkJob } from '../db/own/bulk-jobs.ts';
import type { BulkActivities, SliceRequest, SliceResult } from '../workflows/bulk-contract.ts';
import { createPlaces } from './places.ts';

/** Judges or sends one item as a single command of the job's starter would be, with the rights they have now. */
export type SendItem = (job: BulkJob, item: BulkItem) => Promise<TriedItem>;

export interface BulkParts {
  store: Store;
  sendItem: SendItem;
  /** Items under way at once in this process, of all jobs together; fewer while they take long. */
  atOnce: number;
  /** Epoch milliseconds. */
  now: () => number;
}

/** A slice ends after so long, since a worker that stops waits for it; no sooner, since between two the places are empty. */
const sliceMs = 10_000;
const sliceMax = 400;
const heartbeatMs = 2_000;
/** What became of items is kept together, since each write waits for the disk. What is lost so is sent again. */
const keepEveryMs = 250;

/** What a bulk job's workflow asks for. */
export const createBulkActivities = ({ store, sendItem, atOnce, now }: BulkParts): BulkActivities => {
  const places = createPlaces(atOnce);

  const becomeOf = async (job: BulkJob, item: BulkItem, isLast: boolean): Promise<Settled | undefined> => {
    const sent = await sendItem(job, item);
    const of = { n: item.n, atMs: now() };
    if ('result' in sent) {
      return { ...of, ...sent };
    }
    return isLast ? { ...of, result: { status: 'failed', code: sent.unsettled } } : undefined;
  };

  const run = async (
    job: BulkJob,
    { after, isLast }: SliceRequest,
    stopped: AbortSignal,
  ): Promise<SliceResult> => {
    const { tenant, jobId, perSecond } = job;
    const limit = Math.max(1, Math.min(sliceMax, Math.round((perSecond * sliceMs) / 1_000)));
    const items = await waitingItems(store, { tenant, jobId, after, limit });
    const betweenMs = 1_000 / perSecond;
    const underWay = new Set<Promise<void>>();
    const settled: Settled[] = [];
    const keep = async (): Promise<void> => {
      if (settled.length > 0) {
        await settleItems(store, { tenant, jobId }, settled.splice(0));
      }
    };
    let keepAtMs = performance.now() + keepEveryMs;
    let failure: { error: unknown } | undefined;
    const fail = (error: unknown): void => {
      failure ??= { error };
    };
    let reached = after;
    let broken = false;
    let nextAtMs = performance.now();
    const endMs = nextAtMs + sliceMs;
    for (const item of items) {
      if (performance.now() >= keepAtMs) {
        await keep().catch(fail);
        keepAtMs = performance.now() + keepEveryMs;
      }
      await delay(Math.max(0, nextAtMs - performance.now()));
      nextAtMs = Math.max(nextAtMs, performance.now()) + betweenMs;
      const leave = await places.enter();
      // Read with each item: a pause holds from the next one on.
      const asked = await getBulkJob(store, { tenant, jobId }).catch(fail);
      const isOver = stopped.aborted || (reached > after && performance.now() >= endMs);
      if (isOver || asked?.status !== 'running' || failure !== undefined) {
        leave(0);
        broken = true;
        break;
      }
      reached = item.n;
      const startMs = performance.now();
      const work: Promise<void> = becomeOf(job, item, isLast)
        .then((became) => {
          settled.push(...(became === undefined ? [] : [became]));
        })
        .catch(fail)
        .finally(() => {
          leave(performance.now() - startMs);
          underWay.delete(work);
        });
      underWay.add(work);
    }
    await Promise.all(underWay);
    await keep().catch(fail);
    if (failure !== undefined) {
      throw failure.error;
    }
    // The pace holds from one slice to the next, too.
    await delay(Math.max(0, nextAtMs - performance.now()));
    if (broken || items.length === limit) {
      return { next: 'go', after: reached, waiting: 0 };
    }
    const { waiting = 0 } = await bulkCounts(store, { tenant, jobId });
    return { next: 'round', after: reached, waiting };
  };

  return {
    runBulkSlice: async (request) => {
      const { tenant, jobId, after } = request;
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), heartbeatMs);
      try {
        await beginBulkJob(store, { tenant, jobId });
        const wanted = async (): Promise<BulkJob | undefined> => getBulkJob(store, { tenant, jobId });
        const before = await wanted();
        const slice =
          before?.status === 'running'
            ? await run(before, request, context.cancellationSignal)
            : { after, waiting: 0, next: 'go' as const };
        const job = await wanted();
        if (job === undefined || job.endedAtMs !== null || job.status === 'cancelled') {
          return { ...slice, next: 'stop' };
        }
        return job.status === 'paused' ? { ...slice, next: 'paused' } : slice;
      } finally {
        clearInterval(beat);
      }
    },
    endBulkJob: ({ tenant, jobId }) => endBulkJob(store, { tenant, jobId, atMs: now() }),
  };
};
