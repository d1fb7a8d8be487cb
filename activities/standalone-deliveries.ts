import { ActivityExecutionAlreadyStartedError, type Client, isGrpcServiceError } from '@temporalio/client';
import type { OutboxRow } from '../db/schema/outbox.ts';
import type { Deliveries } from './relay.ts';

/** Name of the activity that carries a message out. */
export const deliverActivity = 'deliver';

const grpcUnimplemented = 12;

/**
 * Hands each message over to Temporal as a standalone activity under its effect's id, so that operators see it there
 * and a second relay cannot start it again. On a server that has none, `plain` delivers in this process.
 */
export const createStandaloneDeliveries = (
  client: Client,
  taskQueue: string,
  plain: Deliveries,
): Deliveries => {
  let supported = true;
  const start = async (row: OutboxRow): Promise<void> => {
    // Each try of ours is an activity of its own: the row, not Temporal, says whether there is to be another.
    const id = row.attempts === 1 ? row.effectId : `${row.effectId}/${row.attempts}`;
    await client.activity.start(deliverActivity, {
      id: `${row.tenant}/${id}`,
      args: [row],
      taskQueue,
      startToCloseTimeout: '30s',
      retry: { maximumAttempts: 1 },
      idReusePolicy: 'REJECT_DUPLICATE',
    });
  };
  return async (row) => {
    if (supported) {
      try {
        await start(row);
        return;
      } catch (error) {
        if (error instanceof ActivityExecutionAlreadyStartedError) {
          return;
        }
        if (!isUnimplemented(error)) {
          throw error;
        }
        supported = false;
      }
    }
    await plain(row);
  };
};

const isUnimplemented = (error: unknown): boolean => {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return isGrpcServiceError(cause) && cause.code === grpcUnimplemented;
};
