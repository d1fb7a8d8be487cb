import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../command-error.ts';
import { commandLineOf, isAlive } from './process-table.ts';

export type StateLock = {
  /** Writes down a process of ours, so that whoever takes over after a crash can end it. */
  noteProcess(name: string, pid: number | undefined): void;
  release(): void;
};

type LockFile = { pid: number; command: string; processes: Record<string, { pid: number; command: string }> };

const orphanEndsWithinMs = 5_000;

/**
 * Takes the state folder for this process. A lock whose process is gone is taken over, and what that process left
 * running is ended first.
 *
 * @throws CommandError when a running Caseloom holds it
 */
export async function takeStateLock(home: string, say: (sentence: string) => void): Promise<StateLock> {
  const path = join(home, 'start.lock');
  const own: LockFile = { pid: process.pid, command: commandLineOf(process.pid) ?? '', processes: {} };
  try {
    writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error;
    }
    await takeOver(path, home, say);
    writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  }
  return {
    noteProcess(name, pid) {
      if (pid === undefined) {
        delete own.processes[name];
      } else {
        own.processes[name] = { pid, command: commandLineOf(pid) ?? '' };
      }
      writeFileSync(`${path}.new`, JSON.stringify(own), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    release() {
      rmSync(path, { force: true });
    },
  };
}

async function takeOver(path: string, home: string, say: (sentence: string) => void): Promise<void> {
  const left = readLock(path);
  if (left !== undefined && isStill(left)) {
    throw new CommandError(
      `Caseloom already runs on ${home} (process ${left.pid}). Stop it first, or give this one a state folder of its own with CASELOOM_HOME.`,
    );
  }
  say('The last run ended without stopping cleanly; taking over its state folder.');
  const orphans = Object.entries(left?.processes ?? {}).filter(([, process]) => isStill(process));
  await Promise.all(
    orphans.map(async ([name, { pid }]) => {
      say(`Ending ${name} (process ${pid}), which it left running.`);
      await end(pid);
    }),
  );
  rmSync(path, { force: true });
}

function readLock(path: string): LockFile | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isLockFile(value) ? value : undefined;
  } catch {
    return undefined; // Half-written when its process died: nobody holds it.
  }
}

function isLockFile(value: unknown): value is LockFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    'command' in value &&
    'processes' in value
  );
}

/** Whether the process that was noted still runs, and is not another one that got its number since. */
function isStill(noted: { pid: number; command: string }): boolean {
  return isAlive(noted.pid) && (commandLineOf(noted.pid) ?? noted.command) === noted.command;
}

async function end(pid: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const until = performance.now() + orphanEndsWithinMs;
  while (isAlive(pid)) {
    if (performance.now() > until) {
      signal(pid, 'SIGKILL');
    }
    await sleep(50);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between, which is what was wanted.
  }
}
