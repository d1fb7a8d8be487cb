import type { Client } from '@temporalio/client';
import { sendCommand } from '../workflows/client/send-command.ts';
import { startCase } from '../workflows/client/start-case.ts';
import type { Cases } from './cases.ts';

const reachableWithinMs = 900;

/** Cases that run as workflows on a Temporal server. */
export const temporalCases = (client: Client, taskQueue: string): Cases => ({
  send: (target, command, until) => sendCommand(client, target, command, until),
  start: (input, judged, until) => startCase(client, input, judged, { taskQueue, ...until }),
  isReachable: async () => {
    try {
      await client.withDeadline(Date.now() + reachableWithinMs, () =>
        client.workflowService.getSystemInfo({}),
      );
      return true;
    } catch {
      return false;
    }
  },
});
