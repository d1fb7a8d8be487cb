import { join } from 'node:path';
import { Command } from 'commander';
import { ChannelSettingsError, channelsFrom } from '../activities/channels/create-channels.ts';
import { openStore } from '../db/open.ts';
import { openVault } from '../db/vault/open-vault.ts';
import { demoProfile } from '../machines/library/index.ts';
import { shippedLadder } from '../machines/library/notification/index.ts';
import { CommandError } from './command-error.ts';
import { approvalLinkMsFrom, messageSettingsFrom } from './message-settings.ts';
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
    const { publicUrl, webhookAllow } = messageSettingsFrom(process.env, settings.http);
    const vault = await openVault(store, { home: settings.home });
    const notices = {
      vault,
      ladder: shippedLadder,
      channels: channels(),
      guard: { allow: webhookAllow },
      publicUrl,
      approvalLinkMs: approvalLinkMsFrom(process.env),
      now: Date.now,
    };
    const bulk = {
      vault,
      atOnce: settings.bulk.atOnce,
      ...(settings.temporal.embedded ? { clockProfile: demoProfile } : {}),
    };
    const worker = await startCaseWorker({ settings, store, ...ports, notices, bulk });
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

const channels = (): ReturnType<typeof channelsFrom> => {
  try {
    return channelsFrom(process.env);
  } catch (error) {
    if (error instanceof ChannelSettingsError) {
      throw new CommandError(error.message);
    }
    throw error;
  }
};
