import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../cli/project-folder.ts';
import { freePort } from '../test/support/free-port.ts';
import type { Bed } from './bed.ts';
import type { Figures } from './catalog.ts';
import { timed } from './clients.ts';
import { figureOf } from './figure.ts';
import { untilAnswered } from './product.ts';

const program = join(projectFolder, 'cli/bin.mjs');

/**
 * `caseloom start` on an empty state folder, until a request is answered that needs all of it; then the demo cases that
 * it makes in the background, as it says itself how long they took.
 */
export const startTime = async (bed: Bed): Promise<Figures> => {
  const times = bed.quick ? 1 : 3;
  const step = bed.progress('Start to first answered request, and the demo', times);
  const startTimes: number[] = [];
  const fillTimes: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const { startMs, fillMs } = await startOnce(bed);
    startTimes.push(startMs);
    fillTimes.push(fillMs);
    step();
  }
  return { startMs: figureOf(startTimes), demoFillMs: figureOf(fillTimes) };
};

const startOnce = async (bed: Bed): Promise<{ startMs: number; fillMs: number }> => {
  const [port, temporalPort, uiPort] = [await freePort(), await freePort(), await freePort()];
  const { TEMPORAL_ADDRESS: _, ...outer } = process.env;
  const env = {
    ...outer,
    CASELOOM_HOME: bed.folder(),
    PORT: String(port),
    TEMPORAL_PORT: String(temporalPort),
    TEMPORAL_UI_PORT: String(uiPort),
  };
  let stop = async (): Promise<void> => undefined;
  const startMs = await timed(async () => {
    const child = spawn(process.execPath, [program, 'start', '--empty'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
      env,
    });
    stop = async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
    };
    bed.onEnd(() => stop());
    await untilAnswered(`http://127.0.0.1:${port}/readyz`);
  });
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'demo', 'fill', '--json'], {
    env,
  });
  await stop();
  return { startMs, fillMs: Number(JSON.parse(stdout).durationMs) };
};
