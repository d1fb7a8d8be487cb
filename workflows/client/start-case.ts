import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { CaseState } from '../../machines/kernel/state.ts';
import { type CaseInput, startedUpdate } from '../messages.ts';
import type { Outcome } from './outcome.ts';
import { answerOf, type SendOptions } from './send-command.ts';
import { caseStartOptions, startCommandId } from './start-options.ts';

export interface StartOptions extends SendOptions {
  /** The queue that case workers listen to. */
  taskQueue: string;
}

/**
 * Opens, re-opens or recovers a case and waits until the store has it (or `projected: false`). Judge the same
 * start with the kernel first: what it refuses must not come here. The same start sent again is answered again while
 * the case runs; when its run has ended, the outcome is `CASE_NOT_RUNNING` for an opening, and the store has it.
 *
 * @param judged the case as the kernel's judgement left it
 */
export const startCase = (
  client: Client,
  input: CaseInput,
  judged: CaseState,
  { taskQueue, deadlineMs }: StartOptions,
): Promise<Outcome> => {
  const { workflowType, ...options } = caseStartOptions(input, judged);
  const commandId = startCommandId(input);
  if (commandId === undefined) {
    throw new Error('Only a run itself continues as new.');
  }
  return answerOf(client, options.workflowId, deadlineMs, () =>
    client.workflow.executeUpdateWithStart(startedUpdate, {
      updateId: commandId,
      args: [commandId],
      startWorkflowOperation: new WithStartWorkflowOperation(workflowType, { ...options, taskQueue }),
    }),
  );
};
