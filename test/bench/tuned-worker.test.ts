import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { workerOptions } from '../../cli/supervise/specs.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { answers, loops, loopsAfterWaiting, ping } from './stuck-workflows.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
});
afterAll(() => server.stop());

const isFull = process.env.CASELOOM_FULL === '1';
const stock = ['stock', workerOptions(false)] as const;
const workers = [['tuned', workerOptions(true)] as const, ...(isFull ? [stock] : [])];

// Guarantee: a workflow that never gives its turn back fails its task and stops no other, tuned or not.
test.each(workers)(
  'a stuck workflow fails its task, and others of a %s worker are answered',
  async (name, nodeOptions) => {
    const { client, address } = server;
    const taskQueue = `stuck-${name}`;
    const main = join(projectFolder, 'test/bench/stuck-worker-main.ts');
    const child = spawn(process.execPath, [...nodeOptions, main, address, taskQueue], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    try {
      await once(child, 'message');
      const start = (workflow: () => Promise<void>) =>
        client.workflow.start(workflow, { taskQueue, workflowId: `${name}-${workflow.name}` });
      const healthy = await start(answers);
      // One after the other: each holds the only thread for the SDK's five seconds, time and again.
      for (const workflow of isFull ? [loops, loopsAfterWaiting] : [loopsAfterWaiting]) {
        const stuck = await start(workflow);
        await expect
          .poll(() => failedTasks(stuck), { timeout: 25_000 })
          .toContain('Script execution timed out');
        await stuck.terminate();
        expect(await healthy.executeUpdate(ping)).toBe('pong');
      }
      // The preload is at work only where the stack traces are gone.
      const trace = healthy.query<string>('__stack_trace').catch((error: Error) => error.message);
      expect(/not enabled/.test(await trace)).toBe(name === 'tuned');
      await healthy.terminate();
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
  },
  90_000,
);

/** What the failed tasks of a workflow say. */
const failedTasks = async (handle: {
  fetchHistory: () => Promise<{ events?: unknown[] | null }>;
}): Promise<string> => {
  const { events } = await handle.fetchHistory();
  return JSON.stringify(
    (events ?? []).map(
      (event) => (event as { workflowTaskFailedEventAttributes?: unknown }).workflowTaskFailedEventAttributes,
    ),
  );
};
