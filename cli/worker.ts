import { join } from 'node:path';
import { Command } from 'commander';
import { openStore } from '../db/open.ts';
import { loadSettings } from './settings.ts';
import { reportReady } from './supervise/supervised.ts';
import { installRuntime, startCaseWorker } from './worker/case-worker.ts';
import { portsFrom } from './worker/ports.ts';

/** `caseloom worker`: runs cases against the configured Temporal server until SIGTERM, then drains. */
export function workerCommand(): Command {
  return new Command()
    .description(
      'Runs cases: takes their commands, wakes them in time, stores their trails, delivers their messages.',
    )
    .action(runWorker);
}

async function runWorker(): Promise<void> {
  const settings = loadSettings();
  installRuntime();
  const store = await openStore({ file: join(settings.home, 'caseloom.db'), ...settings.store });
  try {
    const ports = await portsFrom(process.env, { home: settings.home, store });
    const worker = await startCaseWorker({ settings, store, ...ports });
    const stop = (): void => {
      worker.stop().catch(() => undefined); // `ended` tells.
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    process.stdout.write(
      `Worker ready on task queue ${settings.taskQueues.cases} at ${settings.temporal.address}\n`,
    );
    reportReady();
    await worker.ended;
  } finally {
    await store.close();
  }
}
