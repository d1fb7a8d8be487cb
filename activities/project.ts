import { ApplicationFailure } from '@temporalio/common';
import { TrailDiverged } from '../db/failure.ts';
import type { Store } from '../db/open.ts';
import { type Batch, type Projected, project } from '../db/write/project.ts';

/** How long one try waits for a locked database; shorter than the local activity's own time-out of 2 s. */
const waitMsMax = 1_500;

/**
 * Writes what the steps of a case made; safe to retry.
 * @throws `TRAIL_DIVERGED`, not retryable: the store holds another trail. All else is retried.
 */
export const createProject =
  (store: Store) =>
  async (batch: Batch): Promise<Projected> => {
    try {
      return await project(store, batch, { untilMs: Date.now() + waitMsMax });
    } catch (error) {
      if (error instanceof TrailDiverged) {
        const { reason, caseId, seq } = error;
        throw ApplicationFailure.nonRetryable(error.message, error.code, { reason, caseId, seq });
      }
      throw error;
    }
  };
