import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../cli/project-folder.ts';
import { readyByMessage } from '../../cli/supervise/readiness.ts';

export type WorkerHome = {
  readonly folder: string;
  readonly taskQueue: string;
  /** Starts `caseloom worker`, and waits until it is ready; `failAt` as CASELOOM_FAIL_AT. */
  start(failAt?: string): Promise<ChildProcess>;
  remove(): Promise<void>;
};

/** A state folder and a task queue for worker processes, so that several sets of them share one server. */
export function workerHome(temporalAddress: string): WorkerHome {
  const folder = mkdtempSync(join(tmpdir(), 'caseloom-home-'));
  const taskQueue = `test-${folder.slice(-6)}`;
  const settingsFile = join(folder, 'temporal.yaml');
  const settings = readFileSync(join(projectFolder, 'temporal.yaml'), 'utf8');
  writeFileSync(
    settingsFile,
    settings
      .replace('cases: caseloom-cases', `cases: ${taskQueue}`)
      // How long the server waits for a worker that is gone before it asks another one.
      .replace(/stickyQueueScheduleToStartTimeoutMs: \d+/, 'stickyQueueScheduleToStartTimeoutMs: 1000'),
  );
  const bundles = join(projectFolder, '.caseloom/bundles');
  mkdirSync(bundles, { recursive: true });
  symlinkSync(bundles, join(folder, 'bundles'));
  const running = new Set<ChildProcess>();

  return {
    folder,
    taskQueue,
    start: async (failAt) => {
      const child = spawn(process.execPath, [join(projectFolder, 'cli/bin.mjs'), 'worker'], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: {
          ...process.env,
          CASELOOM_HOME: folder,
          CASELOOM_TEMPORAL_YAML: settingsFile,
          TEMPORAL_ADDRESS: temporalAddress,
          ...(failAt === undefined ? {} : { CASELOOM_FAIL_AT: failAt }),
        },
      });
      running.add(child);
      child.once('exit', () => running.delete(child));
      await Promise.race([readyByMessage(child), once(child, 'exit')]);
      return child;
    },
    remove: async () => {
      await Promise.all(
        [...running].map(async (child) => {
          const gone = once(child, 'exit');
          child.kill('SIGKILL');
          await gone;
        }),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
