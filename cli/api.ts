import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Command } from 'commander';
import { createApp } from '../api/app.ts';
import type { LogLine } from '../api/deps.ts';
import { embeddedTenant, seedEmbedded } from '../api/seed.ts';
import { startServer } from '../api/server.ts';
import { startSweep } from '../api/start-sweep.ts';
import { temporalCases } from '../api/temporal-cases.ts';
import { startIntegrator } from '../db/log/start-integrator.ts';
import { openStore } from '../db/open.ts';
import { openVault } from '../db/vault/open-vault.ts';
import { demoProfile } from '../machines/library/index.ts';
import { CommandError } from './command-error.ts';
import { messageSettingsFrom } from './message-settings.ts';
import { loadSettings } from './settings.ts';
import { apiSignIn } from './sign-in-settings.ts';
import { connectionOptions } from './temporal/connection.ts';

/** `caseloom api`: serves HTTP until SIGTERM, then lets the requests under way end. */
export function apiCommand(): Command {
  return new Command()
    .description(
      'Serves the HTTP API at HOST and PORT (127.0.0.1:3000), and puts the leaves of the trails into the log.',
    )
    .action(runApi);
}

async function runApi(): Promise<void> {
  const settings = loadSettings();
  const { home, http, temporal, taskQueues } = settings;
  const signIn = apiSignIn(settings);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const store = await openStore({ file: join(home, 'caseloom.db'), ...settings.store });
  // Lazy: the API answers also while the engine is away, and finds it when it comes.
  const connection = Connection.lazy(connectionOptions(temporal));
  try {
    for (const version of await seedEmbedded(store, embeddedTenant, { demoPeople: signIn.mode === 'demo' })) {
      log({
        level: 'warn',
        message: `The stored ${version} is not the shipped one; the stored one stays in use`,
      });
    }
    const vault = await openVault(store, { home });
    const stopping = new AbortController();
    const app = createApp({
      store,
      vault,
      cases: temporalCases(new Client({ connection, namespace: temporal.namespace }), taskQueues.cases),
      now: Date.now,
      ...(temporal.embedded ? { clockProfile: demoProfile } : {}),
      signIn,
      messages: messageSettingsFrom(process.env, http),
      stopping: stopping.signal,
      log,
    });
    const server = await listen(app, http);
    const stopIntegrator = startIntegrator(store, {
      holder: `api-${randomUUID()}`,
      onError: () => log({ level: 'error', message: 'The log’s integrator failed; it goes on' }),
    });
    const stopSweep = startSweep(vault, {
      now: Date.now,
      onError: () => log({ level: 'warn', message: 'What is no longer needed could not be swept' }),
    });
    process.stdout.write(`API ready at http://${http.host}:${server.port}\n`);
    await stopSignal();
    stopping.abort();
    await server.stop();
    await stopSweep();
    await stopIntegrator();
  } finally {
    await connection.close();
    await store.close();
  }
}

const listen = async (app: Parameters<typeof startServer>[0], http: { host: string; port: number }) => {
  try {
    return await startServer(app, http);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CommandError(`Cannot listen at ${http.host}:${http.port} (${code}). Set PORT, or HOST.`);
  }
};

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });

const log = (line: LogLine): void => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
};
