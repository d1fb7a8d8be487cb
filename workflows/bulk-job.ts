import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import { type BulkActivities, type BulkInput, lookAgain } from './bulk-contract.ts';

/** Times round: what an engine or a store that was away left undone is tried again, ever later. */
const roundsMax = 6;
const firstPauseMs = 2_000;
/** Slices of one run. Each leaves six events or so. */
const slicesMax = 100;

const { runBulkSlice, endBulkJob } = proxyActivities<BulkActivities>({
  startToCloseTimeout: '10m',
  // A worker that died is known by its silence; the items that it had under way are sent again, under the same ids.
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/**
 * Goes through the items of a job in small slices, until each is settled or its starter wants no more. Items, pace, and
 * what is wanted are in the store; the workflow only sees to it that somebody goes on.
 */
export const bulk = async ({ round: from = 1, after: last = 0, ...key }: BulkInput): Promise<void> => {
  let looks = 0;
  setHandler(lookAgain, () => {
    looks += 1;
  });
  let round = from;
  let after = last;
  for (let slices = 0; ; slices += 1) {
    if (slices >= slicesMax || workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof bulk>({ ...key, round, after });
    }
    const seen = looks;
    const isLast = round === roundsMax;
    const slice = await runBulkSlice({ ...key, after, isLast });
    after = slice.after;
    if (slice.next === 'paused') {
      await condition(() => looks > seen);
    } else if (slice.next === 'stop') {
      break;
    } else if (slice.next === 'round') {
      if (slice.waiting === 0 || isLast) {
        break;
      }
      await condition(() => looks > seen, firstPauseMs * 2 ** round);
      round += 1;
      after = 0;
    }
  }
  await endBulkJob(key);
};
