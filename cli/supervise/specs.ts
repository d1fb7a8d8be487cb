import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../project-folder.ts';
import type { Settings } from '../settings.ts';
import { spawnServer, whenServerReady } from '../temporal/server.ts';
import type { ChildSpec, Console, SupervisedChild } from './child.ts';
import { readyByHttp, readyByMessage } from './readiness.ts';
import { relayLines } from './relay-lines.ts';

/** The embedded Temporal server. */
export function temporalChild(settings: Settings, executable: string, dbFilename: string): ChildSpec {
  const { temporal, server } = settings;
  const { port, uiPort, pragmas, dynamicConfig, environment } = server;
  const { namespace, searchAttributes } = temporal;
  return {
    name: 'temporal',
    spawn: () =>
      spawnServer({
        ...{ executable, dbFilename, port, uiPort, namespace },
        ...{ searchAttributes, pragmas, dynamicConfig, environment },
      }),
    whenReady: (child) => whenServerReady(child, temporal, { port, uiPort, dbFilename }),
    stopWithinMs: 10_000,
    // It warns about its own pollers when it stops, and its banner repeats the addresses that we print.
    quietOutsideWork: true,
    ignoredLines: /^$|^Temporal (CLI \d|Server:|Persistence:|UI:|Metrics:)/,
  };
}

/**
 * Node's options for a worker. Its cases are many small objects that hardly outlive a command: with more room for young
 * ones, in MiB, fewer of them are copied. Its threads inherit the tuned worker's preload.
 */
export const workerOptions = (tuned: boolean): string[] => [
  ...['--min-semi-space-size=16', '--max-semi-space-size=32'],
  ...(tuned ? ['--import', join(projectFolder, 'cli/tuned-worker.mjs')] : []),
];

/** The worker; it drains the tasks it holds before it ends. */
export function workerChild(settings: Settings): ChildSpec {
  return {
    name: 'worker',
    spawn: () => spawnCommand(settings, ['worker'], workerOptions(settings.worker.tuned)),
    whenReady: (child) => readyByMessage(child),
    stopWithinMs: settings.worker.shutdownGraceTimeMs + 10_000,
  };
}

/** The API; ready when it says so itself. */
export function apiChild(settings: Settings, say: (sentence: string) => void): ChildSpec {
  const { host, port } = settings.http;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    name: 'api',
    spawn: () => spawnCommand(settings, ['api']),
    whenReady: (_child, ended) => readyByHttp(`http://${reachable}:${port}/readyz`, ended, say),
    stopWithinMs: 10_000,
  };
}

/** Makes the demo cases: runs once, beside the rest, which goes on whatever comes of it. */
export function demoRun(
  settings: Settings,
  console: Console,
  noteProcess: (name: string, pid: number | undefined) => void,
): SupervisedChild {
  let child: ChildProcess | undefined;
  let whenGone: Promise<void> = Promise.resolve();
  const end = (signal: NodeJS.Signals): void => {
    child?.kill(signal);
  };
  return {
    name: 'demo',
    async start() {
      const gone = Promise.withResolvers<void>();
      whenGone = gone.promise;
      child = spawnCommand(settings, ['demo', 'fill']);
      noteProcess('demo', child.pid);
      relayLines('demo', child.stdout, console.print, () => true);
      relayLines('demo', child.stderr, console.print, () => true);
      child.once('exit', (code) => {
        child = undefined;
        noteProcess('demo', undefined);
        if (code !== 0 && code !== null) {
          console.say(`The demo cases could not be made (exit code ${code}); everything else runs on.`);
        }
        gone.resolve();
      });
    },
    async stop() {
      end('SIGTERM');
      await whenGone;
    },
    kill: () => end('SIGKILL'),
  };
}

/** Runs a command of ours in a process group of its own, so that Ctrl-C reaches the supervisor alone. */
function spawnCommand(
  settings: Settings,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): ChildProcess {
  return spawn(process.execPath, [...nodeOptions, join(projectFolder, 'cli/bin.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    env: { ...process.env, CASELOOM_HOME: settings.home },
  });
}
