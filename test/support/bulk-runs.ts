import { MockActivityEnvironment } from '@temporalio/testing';
import { createBulkActivities } from '../../activities/bulk.ts';
import { createSendItem } from '../../api/bulk/send-item.ts';
import { createServices } from '../../api/services.ts';
import type { SliceRequest, SliceResult } from '../../workflows/bulk-contract.ts';
import type { TestApi } from './api.ts';
import type { InProcessCases } from './in-process-cases.ts';

/** Goes through bulk jobs without Temporal: the real activities, one slice at a time. */
export interface BulkRuns {
  slice: (request: Partial<SliceRequest> & { jobId: string }) => Promise<SliceResult>;
  /** From here to its end, or to where its starter has paused it. */
  through: (jobId: string) => Promise<SliceResult>;
}

export const bulkRuns = (
  { store, vault, cases }: Pick<TestApi, 'store' | 'vault'> & { cases: InProcessCases },
  now: () => number = Date.now,
): BulkRuns => {
  const services = createServices({ store, vault, cases, now, log: () => undefined });
  const activities = createBulkActivities({ store, sendItem: createSendItem(services), atOnce: 4, now });
  const tenant = 'default';
  const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
  const slice: BulkRuns['slice'] = (request) =>
    run(() => activities.runBulkSlice({ tenant, after: 0, isLast: true, ...request }));
  return {
    slice,
    through: async (jobId) => {
      let result: SliceResult = { next: 'go', after: 0, waiting: 0 };
      while (result.next === 'go') {
        result = await slice({ jobId, after: result.after });
      }
      if (result.next !== 'paused') {
        await run(() => activities.endBulkJob({ tenant, jobId }));
      }
      return result;
    },
  };
};
