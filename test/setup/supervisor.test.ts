import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { takeStateLock } from '../../cli/supervise/lock.ts';
import { commandLineOf, isAlive } from '../../cli/supervise/process-table.ts';
import {
  decideRestart,
  longestDelayMs,
  startsMax,
  steadyAfterMs,
} from '../../cli/supervise/restart-policy.ts';
import { sameSignalWithinMs } from '../../cli/supervise/run-tree.ts';
import { freePort } from '../support/free-port.ts';

describe('restart policy', () => {
  test('waits twice as long after each end, and never longer than ten seconds', () => {
    const delays: number[] = [];
    let failures = 0;
    for (let end = 0; end < 9; end += 1) {
      const decision = decideRestart({ failures, everReady: true }, 10);
      failures = decision.failures;
      delays.push(decision.do === 'restart' ? decision.delayMs : Number.NaN);
    }
    expect(delays).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, longestDelayMs]);
  });

  test('a steady run forgives what was before it; a short one does not', () => {
    const history = { failures: 6, everReady: true };
    expect(decideRestart(history, steadyAfterMs)).toEqual({ do: 'restart', failures: 1, delayMs: 200 });
    expect(decideRestart(history, steadyAfterMs - 1)).toMatchObject({ failures: 7 });
  });

  test('what was never ready is given up; what was ready once never is', () => {
    expect(decideRestart({ failures: startsMax - 1, everReady: false }, steadyAfterMs * 2)).toEqual({
      do: 'give-up',
      failures: startsMax,
    });
    expect(decideRestart({ failures: 1_000, everReady: true }, 10).do).toBe('restart');
  });
});

let folder: string;
let diary: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'caseloom-supervisor-'));
  diary = join(folder, 'diary');
});
afterEach(() => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A process whose output can be waited for. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  const look = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const callback of look) {
        callback();
      }
    });
  }
  return {
    child,
    output: () => output,
    ended: once(child, 'close').then(([code]) => code as number | null),
    printed: (text: string) =>
      new Promise<void>((resolve, reject) => {
        const callback = (): void => {
          if (output.includes(text)) {
            look.delete(callback);
            resolve();
          }
        };
        child.once('close', () => reject(new Error(`"${text}" was never printed, but:\n${output}`)));
        look.add(callback);
        callback();
      }),
  };
}

const supervise = (modes: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run([join(projectFolder, 'test/setup/fixtures/tree.ts'), diary, ...modes], env);

describe('supervisor', () => {
  test('starts again what dies, says so, and stops cleanly', async () => {
    const tree = supervise(['steady', 'dies-once']);
    await tree.printed('all ready');
    await tree.printed('dies-once ended (exit code 3); starting it again in 0.2 s.');
    await tree.printed('dies-once is ready again.');
    expect(tree.output()).toContain('steady   | working');

    tree.child.kill('SIGTERM');
    expect(await tree.ended).toBe(0);
    expect(tree.output()).toMatch(/Stopping\.[\s\S]*Stopped\.\n$/);
    expect(readFileSync(diary, 'utf8').trim().split('\n').slice(-2)).toEqual([
      'dies-once asked to stop',
      'steady asked to stop',
    ]);
  });

  test('gives up on what cannot start, ends the rest and fails', async () => {
    const tree = supervise(['steady', 'never-ready']);
    expect(await tree.ended).toBe(1);
    expect(tree.output()).toContain('never-ready | the reason it cannot start');
    expect(tree.output()).toContain('never-ready cannot start: it ended 5 times (exit code 4).');
    expect(tree.output()).not.toContain('all ready');
    expect(readFileSync(diary, 'utf8')).toContain('steady asked to stop');
  });

  test('kills what does not stop in time', async () => {
    const tree = supervise(['stubborn']);
    await tree.printed('all ready');
    tree.child.kill('SIGINT');
    tree.child.kill('SIGINT'); // From the terminal and from npm: one wish, not two.
    expect(await tree.ended).toBe(0);
    expect(tree.output()).toContain('stubborn did not end within 0.4 s; killing it.');
  });

  test('a second signal, well after the first, kills what is left', async () => {
    const tree = supervise(['stubborn'], { STOP_WITHIN_MS: '60000' });
    await tree.printed('all ready');
    tree.child.kill('SIGINT');
    await tree.printed('Stopping.');
    await sleep(sameSignalWithinMs + 100);
    tree.child.kill('SIGINT');
    expect(await tree.ended).toBe(0);
    expect(tree.output()).toContain('Killing what is left.');
  });

  test('a signal while starting stops what has started', async () => {
    const tree = supervise(['steady', 'waits-for-ever']);
    await tree.printed('steady   | working');
    tree.child.kill('SIGTERM');
    expect(await tree.ended).toBe(0);
    expect(readFileSync(diary, 'utf8')).toContain('steady asked to stop');
  });

  test('starts a killed Temporal server again on the same port and file', async () => {
    const ports = { TEMPORAL_PORT: String(await freePort()), TEMPORAL_UI_PORT: String(await freePort()) };
    const tree = supervise(['temporal'], ports);
    await tree.printed('all ready');
    const pid = Number(/process of temporal: (\d+)/.exec(tree.output())?.[1]);
    process.kill(pid, 'SIGKILL');
    await tree.printed('temporal ended (killed by SIGKILL)');
    await tree.printed('temporal is ready again.');
    tree.child.kill('SIGTERM');
    expect(await tree.ended).toBe(0);
  });
});

describe('caseloom start', () => {
  const start = (env: NodeJS.ProcessEnv) =>
    run([join(projectFolder, 'cli/bin.mjs'), 'start'], { CASELOOM_HOME: folder, ...env });

  test('names a port in use and the variable that changes it', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const api = start({ PORT: String(port) });
    expect(await api.ended).toBe(1);
    expect(api.output()).toBe(
      `Port ${port} (the API) is in use. Stop what uses it, or set PORT to a free port.\n`,
    );
    const ui = start({
      PORT: String(await freePort()),
      TEMPORAL_PORT: String(await freePort()),
      TEMPORAL_UI_PORT: String(port),
    });
    expect(await ui.ended).toBe(1);
    expect(ui.output()).toContain('set TEMPORAL_UI_PORT to a free port');
    blocker.close();
  });

  test('refuses a state folder that another one uses', async () => {
    const lock = await takeStateLock(folder, () => undefined);
    const second = start({});
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`Caseloom already runs on ${folder} (process ${process.pid})`);
    lock.release();
  });

  test('names a wrong setting and starts nothing', async () => {
    const wrong = start({ TEMPORAL_PORT: '70000' });
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toBe('TEMPORAL_PORT: "70000" is no port number (1 to 65535)\n');
  });

  test('names a Temporal server that does not answer', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const external = start({ TEMPORAL_ADDRESS: address, PORT: String(await freePort()) });
    expect(await external.ended).toBe(1);
    expect(external.output()).toContain(`No Temporal server answers at ${address}`);
  });
});

describe('the lock on the state folder', () => {
  const leftBehind = (pid: number, processes: object): void =>
    writeFileSync(
      join(folder, 'start.lock'),
      JSON.stringify({ pid, command: 'node caseloom start', processes }),
    );

  test('is taken over from a process that is gone, and what it left running is ended', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    started.push(orphan);
    await once(orphan, 'spawn');
    const pid = orphan.pid ?? 0;
    leftBehind(gone.pid ?? 0, { temporal: { pid, command: commandLineOf(pid) } });

    const said: string[] = [];
    const lock = await takeStateLock(folder, (sentence) => said.push(sentence));
    expect(said.at(-1)).toBe(`Ending temporal (process ${pid}), which it left running.`);
    expect(isAlive(pid)).toBe(false);
    lock.release();
  });

  test('never ends a process that merely got the number of one of ours', async () => {
    leftBehind(process.pid, { worker: { pid: process.pid, command: 'node somewhere/bin.mjs worker' } });
    const lock = await takeStateLock(folder, () => undefined);
    expect(isAlive(process.pid)).toBe(true);
    lock.release();
  });

  test('a half-written lock is nobody’s', async () => {
    writeFileSync(join(folder, 'start.lock'), '{"pid":');
    const lock = await takeStateLock(folder, () => undefined);
    lock.noteProcess('worker', process.pid);
    expect(JSON.parse(readFileSync(join(folder, 'start.lock'), 'utf8')).processes.worker.pid).toBe(
      process.pid,
    );
    lock.release();
  });
});
