import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { caseWorkflowId } from '../../workflows/messages.ts';
import { lead, send } from '../support/mini-case.ts';
import { startTestServer } from '../support/temporal.ts';
import { answerOf, startTestWorker } from '../support/worker.ts';

type History = Parameters<typeof Worker.runReplayHistory>[1];

let bundle: string;
const histories: { workflowId: string; history: History }[] = [];

beforeAll(async () => {
  const server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  const cases = await startTestWorker({ temporal: server.temporal, client: server.client });
  try {
    bundle = readFileSync(await workflowBundle(join(projectFolder, '.caseloom/bundles')), 'utf8');
    const { caseId } = answerOf((await cases.open()).outcome);
    answerOf(await cases.send(caseId, send('note')));
    await cases.send(caseId, send('approve', lead)); // refused
    answerOf(await cases.send(caseId, send('acknowledge')));
    answerOf(await cases.send(caseId, send('estimate', undefined, { amount: 700 })));
    answerOf(await cases.send(caseId, send('approve', lead)));
    const handle = server.client.workflow.getHandle(caseWorkflowId('acme', caseId));
    await handle.result();
    const second = answerOf((await cases.open({ limits: { eventsMax: 4 } })).outcome).caseId;
    for (let count = 0; count < 3; count++) {
      answerOf(await cases.send(second, send('note')));
    }
    // What the server lists comes a moment after what has run: the first case, and two runs of the second at least.
    const runs = async () => {
      const listed: { workflowId: string; runId: string }[] = [];
      for await (const { workflowId, runId } of server.client.workflow.list()) {
        listed.push({ workflowId, runId });
      }
      return listed;
    };
    await vi.waitUntil(async () => (await runs()).length >= 3, { timeout: 20_000, interval: 200 });
    for (const { workflowId, runId } of await runs()) {
      const history = await server.client.workflow.getHandle(workflowId, runId).fetchHistory();
      histories.push({ workflowId, history });
    }
  } finally {
    await cases.stop();
    await server.stop();
  }
}, 60_000);

afterAll(() => {
  histories.length = 0;
});

/** Replays them one by one up to the first that fails, and says why it did. */
const replay = async (code: string): Promise<string | undefined> => {
  for (const { workflowId, history } of histories) {
    try {
      await Worker.runReplayHistory(
        { workflowBundle: { code }, replayName: workflowId },
        history,
        workflowId,
      );
    } catch (error) {
      return String(error);
    }
  }
  return undefined;
};

describe('recorded histories', () => {
  test('are replayed by the code that made them', async () => {
    expect(histories.length).toBeGreaterThanOrEqual(3);
    expect(await replay(bundle)).toBeUndefined();
  });

  // None of these changes the order of the workflow's commands: only what the history says of the trail tells.
  test.each([
    ['the version of the kernel', /kernelVersion = 1\b/, 'kernelVersion = 7'],
    ['when a deadline warns', /0\.5,(\s*)0\.75,(\s*)0\.9\b/g, '0.55,$1 0.75,$2 0.9'],
    ['what an entry is called', /case\.opened/g, 'case.begun'],
  ])('are not, once the kernel has changed %s', async (_what, from, to) => {
    const changed = bundle.replace(from, to);
    expect(changed).not.toBe(bundle);
    expect(await replay(changed)).toContain('Replay differs');
  });
});
