import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { isPortOpen } from '../port.ts';
import type { Settings } from '../settings.ts';
import { connectTemporal } from './connection.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { explainStartFailure, type ServerPlace, ServerStartError } from './start-failure.ts';

export type ServerOptions = {
  /** Path of the `temporal` binary. */
  readonly executable: string;
  readonly dbFilename: string;
  readonly port: number;
  /** Undefined runs it without its UI. */
  readonly uiPort?: number;
  readonly namespace: string;
  readonly searchAttributes: Readonly<Record<string, string>>;
  readonly pragmas: Readonly<Record<string, string | number>>;
  readonly dynamicConfig: Readonly<Record<string, string | number | boolean>>;
  readonly environment: Readonly<Record<string, string>>;
};

const readyWithinMs = 30_000;
const pollEveryMs = 25;

/** The arguments of `temporal server start-dev`. */
export function serverArguments(options: ServerOptions): string[] {
  const each = (flag: string, values: Readonly<Record<string, unknown>>, write: (value: unknown) => string) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${write(value)}`]);
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', String(options.port)],
    ...(options.uiPort === undefined ? ['--headless'] : ['--ui-port', String(options.uiPort)]),
    ...['--db-filename', options.dbFilename, '--namespace', options.namespace, '--log-level', 'warn'],
    // Known only to a new namespace; `ensureSearchAttributes` sees to the others.
    ...each('--search-attribute', options.searchAttributes, String),
    ...each('--sqlite-pragma', options.pragmas, String),
    ...each('--dynamic-config-value', options.dynamicConfig, (value) => JSON.stringify(value)),
  ];
}

/** Starts the server's process. It leads a process group of its own, so that Ctrl-C reaches us alone and we stop it. */
export function spawnServer(options: ServerOptions): ChildProcess {
  return spawn(options.executable, serverArguments(options), {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...options.environment },
  });
}

/**
 * Waits until a server that was just spawned serves its namespace, then creates the search attributes it lacks.
 *
 * @throws ServerStartError when the process ends first or does not serve within 30 s; SearchAttributeError
 */
export async function whenServerReady(
  child: ChildProcess,
  temporal: Settings['temporal'],
  place: ServerPlace,
): Promise<void> {
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', (error) =>
      reject(new ServerStartError(`The Temporal server cannot be run: ${error.message}`)),
    );
    child.once('close', () => reject(new ServerStartError(explainStartFailure(output, place))));
  });
  ended.catch(() => undefined); // A server that ends later is its supervisor's affair.

  const until = performance.now() + readyWithinMs;
  try {
    while (!(await Promise.race([ended, isServing(temporal, place.port)]))) {
      if (performance.now() > until) {
        throw new ServerStartError(
          `The Temporal server does not answer at ${temporal.address} after ${readyWithinMs / 1000} s. It said:\n${output.trim()}`,
        );
      }
      await Promise.race([ended, sleep(pollEveryMs)]);
    }
  } finally {
    child.stdout?.off('data', collect);
    child.stderr?.off('data', collect);
  }
}

/** True once the namespace can be described and the search attributes are there. */
async function isServing(temporal: Settings['temporal'], port: number): Promise<boolean> {
  // The gRPC client waits a second after a refused connection; a look at the port costs nothing.
  if (!(await isPortOpen(port))) {
    return false;
  }
  let connection: Connection;
  try {
    connection = await connectTemporal(temporal);
  } catch {
    return false;
  }
  try {
    await connection.workflowService.describeNamespace({ namespace: temporal.namespace });
  } catch {
    await connection.close();
    return false;
  }
  try {
    await ensureSearchAttributes(connection, temporal.namespace, temporal.searchAttributes);
    return true;
  } finally {
    await connection.close();
  }
}
