import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { compile } from '../machines/kernel/compile.ts';
import { open } from '../machines/kernel/open.ts';
import { isRefusal } from '../machines/kernel/refusal.ts';
import type { Outcome } from '../workflows/client/outcome.ts';
import { sendCommand } from '../workflows/client/send-command.ts';
import { startCase } from '../workflows/client/start-case.ts';
import type { CaseInput } from '../workflows/messages.ts';
import { type Lifecycle, timed } from './clients.ts';
import { commandUpdate, handWrittenType, openedUpdate } from './hand-written/messages.ts';
import { benchTenant, handlerFacts, lifecycleCompileInput, lifecycleEvents, openingOf } from './lifecycle.ts';

const answerWithinMs = 30_000;

/** The interpreter, straight through Temporal's client. */
export const caseloomLifecycle = (client: Client, taskQueue: string): Lifecycle => {
  // The client's own judgement of an opening belongs to the API and is measured with it.
  const receivedAt = new Date().toISOString();
  const judged = open(compile(lifecycleCompileInput), openingOf('judged', receivedAt), receivedAt);
  if (isRefusal(judged)) {
    throw new Error(`The benchmark's own opening was refused: ${judged.code}`);
  }
  const until = (): { taskQueue: string; deadlineMs: number } => ({
    taskQueue,
    deadlineMs: Date.now() + answerWithinMs,
  });
  return async (caseId, note) => {
    const input: CaseInput = {
      compile: lifecycleCompileInput,
      start: { type: 'open', opening: openingOf(caseId, receivedAt) },
    };
    const judgedHere = { ...judged.state, caseId };
    note(await timed(async () => accepted(await startCase(client, input, judgedHere, until()))));
    for (const [index, { event, data }] of lifecycleEvents.entries()) {
      const command = {
        type: 'event' as const,
        id: `${caseId}.${index}`,
        event,
        facts: handlerFacts,
        ...(data === undefined ? {} : { data }),
      };
      const target = { tenant: benchTenant, caseId };
      const closes = index === lifecycleEvents.length - 1;
      note(await timed(async () => accepted(await sendCommand(client, target, command, until()), closes)));
    }
  };
};

/** A closing command that had to be sent again may find that its run has ended, having stored it. */
const accepted = (outcome: Outcome, closes = false): void => {
  if (closes && outcome.type === 'condition' && outcome.code === 'CASE_NOT_RUNNING') {
    return;
  }
  if (outcome.type !== 'answered' || !outcome.answer.projected) {
    throw new Error(`A command of the benchmark was not accepted: ${JSON.stringify(outcome)}`);
  }
};

/** The hand-written workflow, through the same client; `showsState`: it keeps a search attribute up to date too. */
export const handWrittenLifecycle =
  (client: Client, taskQueue: string, showsState = false): Lifecycle =>
  async (caseId, note) => {
    const workflowId = `hand-written:${caseId}`;
    const opening = (): Promise<unknown> =>
      client.workflow.executeUpdateWithStart(openedUpdate, {
        updateId: `${caseId}.open`,
        startWorkflowOperation: new WithStartWorkflowOperation(handWrittenType, {
          workflowId,
          taskQueue,
          args: [{ caseId, summary: 'benchmark', showsState }],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
    note(await timed(opening));
    const handle = client.workflow.getHandle(workflowId);
    for (const [index, { event, data }] of lifecycleEvents.entries()) {
      const command = { event, actorId: 'handler', ...(data === undefined ? {} : { data }) };
      note(
        await timed(() =>
          handle.executeUpdate(commandUpdate, { updateId: `${caseId}.${index}`, args: [command] }),
        ),
      );
    }
  };
