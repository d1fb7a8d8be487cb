import { defineSignal } from '@temporalio/workflow';

/** A job as its workflow knows it: everything else is in the store. */
export interface BulkKey {
  tenant: string;
  jobId: string;
}

/** Where a run of a job's workflow begins; at first nowhere. */
export interface BulkInput extends BulkKey {
  /** Which time round the items are gone through, from 1. */
  round?: number;
  /** The number of the last item that was looked at in this round. */
  after?: number;
}

export interface SliceRequest extends BulkKey {
  after: number;
  /** Items that are not settled now have failed. */
  isLast: boolean;
}

export interface SliceResult {
  /** `go` on after `after`; the `round` is over, with `waiting` items left; or what the job's starter wants. */
  next: 'go' | 'round' | 'paused' | 'stop';
  after: number;
  waiting: number;
}

/** What a bulk job's workflow asks of the world. Each may run more than once and then does nothing new. */
export interface BulkActivities {
  /** Does the next few items at the job's pace. */
  runBulkSlice: (request: SliceRequest) => Promise<SliceResult>;
  endBulkJob: (key: BulkKey) => Promise<void>;
}

/** Tells a job's workflow to look again at what is wanted of it. */
export const lookAgain = defineSignal('lookAgain');

export const bulkWorkflowType = 'bulk';

export const bulkWorkflowId = ({ tenant, jobId }: BulkKey): string => `bulk:${tenant}:${jobId}`;
