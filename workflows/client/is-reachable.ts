import type { Client } from '@temporalio/client';

const withinMs = 900;

/** Whether Temporal answers just now. */
export const isReachable = async (client: Client): Promise<boolean> => {
  try {
    await client.withDeadline(Date.now() + withinMs, () => client.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  }
};
