import { readFileSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import type { Settings } from '../settings.ts';
import { SettingsError } from '../temporal-file.ts';

export type TemporalConnectionOptions = {
  address: string;
  tls?: {
    serverNameOverride?: string;
    serverRootCACertificate?: Uint8Array;
    clientCertPair?: { crt: Uint8Array; key: Uint8Array };
  };
  apiKey?: string;
};

/**
 * Options for the Temporal SDK's `Connection.connect` and `NativeConnection.connect`, the secrets read from where the
 * environment says they are.
 *
 * @throws SettingsError when a variable that temporal.yaml names is not set, or its file cannot be read
 */
export function connectionOptions(
  temporal: Settings['temporal'],
  env: NodeJS.ProcessEnv = process.env,
): TemporalConnectionOptions {
  const options: TemporalConnectionOptions = { address: temporal.address };
  const { tls, apiKeyEnv } = temporal;
  if (tls !== undefined) {
    options.tls = {};
    if (tls.serverName !== undefined) {
      options.tls.serverNameOverride = tls.serverName;
    }
    if (tls.caFileEnv !== undefined) {
      options.tls.serverRootCACertificate = fileNamedBy('tls.caFileEnv', tls.caFileEnv, env);
    }
    if (tls.certFileEnv !== undefined && tls.keyFileEnv !== undefined) {
      options.tls.clientCertPair = {
        crt: fileNamedBy('tls.certFileEnv', tls.certFileEnv, env),
        key: fileNamedBy('tls.keyFileEnv', tls.keyFileEnv, env),
      };
    }
  }
  if (apiKeyEnv !== undefined) {
    options.apiKey = environmentValue('apiKeyEnv', apiKeyEnv, env);
    // Temporal takes API keys over TLS only.
    options.tls ??= {};
  }
  return options;
}

const connectWithinMs = 5_000;

/** An open connection to the configured server. The caller closes it. */
export async function connectTemporal(temporal: Settings['temporal']): Promise<Connection> {
  return Connection.connect({ ...connectionOptions(temporal), connectTimeout: connectWithinMs });
}

function environmentValue(key: string, name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new SettingsError(`temporal.yaml: ${key} names the environment variable ${name}, which is not set`);
  }
  return value;
}

function fileNamedBy(key: string, name: string, env: NodeJS.ProcessEnv): Uint8Array {
  const path = environmentValue(key, name, env);
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(`${name}: the file it names cannot be read (${reason})`);
  }
}
