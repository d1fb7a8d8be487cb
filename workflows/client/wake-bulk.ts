import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type BulkKey, bulkWorkflowId, bulkWorkflowType, lookAgain } from '../bulk-contract.ts';

/**
 * Has a bulk job run, or look again at what is wanted of it where it runs. One that has ended is left alone.
 * @throws where the server cannot be asked by `deadlineMs` (epoch)
 */
export const wakeBulk = async (
  client: Client,
  key: BulkKey,
  { taskQueue, deadlineMs }: { taskQueue: string; deadlineMs: number },
): Promise<void> => {
  try {
    await client.withDeadline(deadlineMs, () =>
      client.workflow.signalWithStart(bulkWorkflowType, {
        workflowId: bulkWorkflowId(key),
        taskQueue,
        args: [key],
        signal: lookAgain,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
      throw error;
    }
  }
};
