import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../cli/project-folder.ts';
import { freePort } from './free-port.ts';

export type CommandResult = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
};

/** Everything that `caseloom start` starts, in a state folder and on ports of its own. */
export type RunningServer = {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** What the console has shown so far. */
  console(): string;
  /** Runs a `caseloom` command beside the server. */
  caseloom(...args: string[]): Promise<CommandResult>;
  /** Runs a line as somebody would who copies it from the console. */
  shell(line: string): Promise<CommandResult>;
  stop(): Promise<void>;
};

const ready = 'Ctrl-C stops everything';

/** @param args options of `caseloom start` */
export const startRunningServer = async (...args: string[]): Promise<RunningServer> => {
  const home = mkdtempSync(join(tmpdir(), 'caseloom-running-'));
  const [port, temporalPort, uiPort] = [await freePort(), await freePort(), await freePort()];
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CASELOOM_HOME: home,
    PORT: String(port),
    TEMPORAL_PORT: String(temporalPort),
    TEMPORAL_UI_PORT: String(uiPort),
  };
  const bin = join(projectFolder, 'cli/bin.mjs');
  const server = spawn(process.execPath, [bin, 'start', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let shown = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      shown += chunk.toString();
      if (shown.includes(ready)) {
        resolve();
      }
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('exit', () => reject(new Error(`The server ended:\n${shown}`)));
  });
  return {
    home,
    env,
    console: () => shown,
    caseloom: (...command) => result(spawn(process.execPath, [bin, ...command], { env, cwd: projectFolder })),
    shell: (line) => result(spawn('sh', ['-c', line], { env, cwd: projectFolder })),
    stop: async () => {
      if (server.exitCode === null) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
};

const result = async (child: ChildProcess): Promise<CommandResult> => {
  const startedAtMs = performance.now();
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr, tookMs: performance.now() - startedAtMs };
};
