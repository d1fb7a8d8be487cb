import type { Client } from '@temporalio/client';
import type { Command } from '../../machines/kernel/command.ts';
import { type Answer, caseWorkflowId, commandUpdate } from '../messages.ts';
import { isLostWithTask, isPassing, type Outcome, outcomeOfFailure } from './outcome.ts';
import { createTurnstile } from './turnstile.ts';

const turnstile = createTurnstile();

/** Pause before the next try, while others fill Temporal's ten places or a new run begins. */
const passingPauseMs = 25;

/** The instant by which an answer is wanted, in epoch milliseconds: the end of the request's own time. */
export interface SendOptions {
  deadlineMs: number;
}

/**
 * Sends one command to a running case and waits for its answer, so that a reader sees what was written unless the
 * answer says `projected: false`. Sent again with the same id it is answered again and not applied twice.
 */
export const sendCommand = (
  client: Client,
  target: { tenant: string; caseId: string },
  command: Command,
  { deadlineMs }: SendOptions,
): Promise<Outcome> => {
  const workflowId = caseWorkflowId(target.tenant, target.caseId);
  const handle = client.workflow.getHandle(workflowId);
  return answerOf(client, workflowId, deadlineMs, () =>
    handle.executeUpdate(commandUpdate, { updateId: command.id, args: [command] }),
  );
};

/** Runs an update within its time, taking turns with the others to the same workflow. */
export const answerOf = async (
  client: Client,
  workflowId: string,
  deadlineMs: number,
  update: () => Promise<Answer>,
): Promise<Outcome> => {
  for (;;) {
    try {
      const answer = await turnstile.pass(workflowId, deadlineMs, () =>
        client.withDeadline(new Date(deadlineMs), update),
      );
      return answer === undefined ? { type: 'condition', code: 'CASE_BUSY' } : { type: 'answered', answer };
    } catch (error) {
      if (!(isPassing(error) || isLostWithTask(error)) || Date.now() + passingPauseMs >= deadlineMs) {
        return outcomeOfFailure(error);
      }
      await new Promise((resolve) => setTimeout(resolve, passingPauseMs));
    }
  }
};
