import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { isReachable } from '../workflows/client/is-reachable.ts';
import { sendCommand } from '../workflows/client/send-command.ts';
import { startCase } from '../workflows/client/start-case.ts';
import { syncCase } from '../workflows/client/sync-case.ts';
import { wakeBulk } from '../workflows/client/wake-bulk.ts';
import { caseWorkflowId } from '../workflows/messages.ts';
import type { Cases } from './cases.ts';

/** Cases that run as workflows on a Temporal server. */
export const temporalCases = (client: Client, taskQueue: string): Cases => ({
  send: (target, command, until) => sendCommand(client, target, command, until),
  start: (input, judged, until) => startCase(client, input, judged, { taskQueue, ...until }),
  sync: (target, seq, until) => syncCase(client, target, seq, until),
  hasEnded: async ({ tenant, caseId }) => {
    try {
      const { status } = await client.workflow.getHandle(caseWorkflowId(tenant, caseId)).describe();
      return status.name !== 'RUNNING' && status.name !== 'CONTINUED_AS_NEW';
    } catch (error) {
      // Temporal keeps what has ended for a day only.
      if (error instanceof WorkflowNotFoundError) {
        return true;
      }
      throw error;
    }
  },
  wakeBulk: (key, until) => wakeBulk(client, key, { taskQueue, ...until }),
  isReachable: () => isReachable(client),
});
