import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectFolder } from '../cli/project-folder.ts';
import type { Settings } from '../cli/settings.ts';
import { workerOptions } from '../cli/supervise/specs.ts';
import { isReadyMessage } from '../cli/supervise/supervised.ts';

export interface WorkerOrder {
  /** `hand-written-small`: with a small store of its own instead of our projection. */
  side: 'caseloom' | 'hand-written' | 'hand-written-small';
  settings: Pick<Settings, 'home' | 'temporal' | 'taskQueues' | 'worker'>;
  synchronous: 'FULL' | 'NORMAL';
}

export interface WorkerProcess {
  /** Time on the processor since its start, in milliseconds. */
  cpuMs: () => Promise<number>;
  /** Drains and ends. */
  stop: () => Promise<void>;
}

/** Starts a worker in a process of its own and waits until it polls. */
export const startWorkerProcess = async (
  order: WorkerOrder,
  { tuned = false, nodeOptions = [] }: { tuned?: boolean; nodeOptions?: readonly string[] } = {},
): Promise<WorkerProcess> => {
  const child = spawn(
    process.execPath,
    [
      ...workerOptions(tuned),
      ...nodeOptions,
      join(projectFolder, 'bench/worker-main.ts'),
      JSON.stringify(order),
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true },
  );
  await ready(child, order.side);
  return {
    cpuMs: async () => {
      child.send('cpu');
      const [message] = (await once(child, 'message')) as [{ cpuMs: number }];
      return message.cpuMs;
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
    },
  };
};

const ready = (child: ChildProcess, side: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`The ${side} worker ended with ${code} before it was ready.`)),
    );
    child.once('error', reject);
    child.on('message', (message) => {
      if (isReadyMessage(message)) {
        resolve();
      }
    });
  });
