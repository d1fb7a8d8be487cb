import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../cli/project-folder.ts';

export interface Machine {
  processor: string;
  cores: number;
  memoryGiB: number;
  /** Load average of the last minute when the run began: what others did meanwhile. */
  loadBefore: number;
  os: string;
}

export const machineNow = (): Machine => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  os: `${process.platform} ${process.arch}`,
});

const packages = ['@temporalio/worker', 'better-sqlite3', 'xstate', 'feelin', 'hono'];

/** Versions of what the figures depend on. @param server path of Temporal's binary */
export const versionsNow = (server: string): { [name: string]: string } => ({
  caseloom: versionIn(join(projectFolder, 'package.json')),
  commit: commit(),
  node: process.versions.node,
  'temporal server':
    /Server ([\d.]+)/.exec(execFileSync(server, ['--version'], { encoding: 'utf8' }))?.[1] ?? '',
  ...Object.fromEntries(
    packages.map((name) => [name, versionIn(join(projectFolder, 'node_modules', name, 'package.json'))]),
  ),
});

const versionIn = (file: string): string => String(JSON.parse(readFileSync(file, 'utf8')).version);

const commit = (): string => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: projectFolder,
      encoding: 'utf8',
    }).trim();
  } catch {
    // A copy without its history has none.
    return 'unknown';
  }
};
