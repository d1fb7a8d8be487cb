import type { Client } from '@temporalio/client';
import { caseWorkflowId, syncUpdate } from '../messages.ts';
import type { SendOptions } from './send-command.ts';

/**
 * Tells the run of a case that the store has it up to `seq`. A run that a crash left behind goes on from there; one
 * that knows says so, a closed case has none, and one that cannot be told finds out with its next entry.
 */
export const syncCase = async (
  client: Client,
  { tenant, caseId }: { tenant: string; caseId: string },
  seq: number,
  { deadlineMs }: SendOptions,
): Promise<void> => {
  const handle = client.workflow.getHandle(caseWorkflowId(tenant, caseId));
  try {
    await client.withDeadline(deadlineMs, () => handle.executeUpdate(syncUpdate, { args: [seq] }));
  } catch {
    // Nothing is lost by it, as said above.
  }
};
