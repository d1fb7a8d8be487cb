import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { projectFolder } from '../../cli/project-folder.ts';
import { loadSettings, type Settings } from '../../cli/settings.ts';
import { connectTemporal } from '../../cli/temporal/connection.ts';
import { provision } from '../../cli/temporal/provision.ts';
import { addSearchAttributes } from '../../cli/temporal/search-attributes.ts';
import { type ServerOptions, spawnServer, whenServerReady } from '../../cli/temporal/server.ts';
import { freePort } from './free-port.ts';

export type TestServerOptions = {
  /** Database file of an earlier server, to go on from it; absent: a new one, removed by `stop`. */
  readonly dbFilename?: string;
  readonly port?: number;
  /** Laid over those of temporal.yaml, `{ synchronous: 'NORMAL' }` for one. */
  readonly pragmas?: Readonly<Record<string, string | number>>;
};

export type TestServer = {
  readonly address: string;
  readonly port: number;
  readonly dbFilename: string;
  /** For `connectTemporal`, and the namespace. */
  readonly temporal: Settings['temporal'];
  /** Connected to the server; it reconnects by itself after `restart`. */
  readonly connection: Connection;
  readonly client: Client;
  /** Kills the server as a power cut would (SIGKILL), and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and file; only after `kill`. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** A real Temporal server on a SQLite file, with the settings of temporal.yaml and without its UI. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const port = options.port ?? (await freePort());
  const { temporal, server } = loadSettings({ TEMPORAL_PORT: String(port) });
  const folder = await mkdtemp(join(tmpdir(), 'caseloom-temporal-'));
  const serverOptions: ServerOptions = {
    executable: await testBinary('temporal'),
    dbFilename: options.dbFilename ?? join(folder, 'temporal.db'),
    port,
    namespace: temporal.namespace,
    searchAttributes: temporal.searchAttributes,
    pragmas: { ...server.pragmas, ...options.pragmas },
    dynamicConfig: server.dynamicConfig,
    environment: server.environment,
  };
  const place = { port, uiPort: port, dbFilename: serverOptions.dbFilename };

  const start = async (): Promise<ChildProcess> => {
    const child = spawnServer(serverOptions);
    // It leads its own process group, so a test run that ends early would leave it behind.
    process.once('exit', () => child.kill('SIGKILL'));
    await whenServerReady(child, temporal, place);
    return child;
  };
  let child = await start();
  const connection = await connectTemporal(temporal);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
  };

  return {
    address: temporal.address,
    port,
    dbFilename: serverOptions.dbFilename,
    temporal,
    connection,
    client: new Client({ connection, namespace: temporal.namespace }),
    kill: () => end('SIGKILL'),
    restart: async () => {
      child = await start();
    },
    stop: async () => {
      await connection.close();
      // What a test leaves behind is thrown away, so nothing is gained by a slow clean stop.
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The time-skipping server (one clock for all its workflows; no standalone activities), with the search attributes of
 * temporal.yaml registered. `env.sleep` moves its clock; stop it with `env.teardown()`.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: await testBinary('temporal-test-server') } },
  });
  const { temporal } = loadSettings({});
  await addSearchAttributes(env.connection, env.namespace ?? 'default', temporal.searchAttributes);
  return env;
}

function testBinary(name: 'temporal' | 'temporal-test-server'): Promise<string> {
  return provision(name, {
    folders: [join(projectFolder, '.caseloom/bin')],
    say: (sentence) => process.stderr.write(`${sentence}\n`),
  });
}
