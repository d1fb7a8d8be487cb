import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectFolder } from './project-folder.ts';
import type { EmbeddedServer, TemporalFile, WorkerSizes } from './settings-schema.ts';
import { type SignInSection, signInSection } from './sign-in-settings.ts';
import { parseTemporalFile, SettingsError } from './temporal-file.ts';

export type Settings = {
  /** Absolute path of the state folder (CASELOOM_HOME). */
  readonly home: string;
  readonly http: { readonly host: string; readonly port: number };
  readonly temporal: {
    /** True when Caseloom runs the server itself; false when an address was given. */
    readonly embedded: boolean;
    /** `host:port` of the server's gRPC front end. */
    readonly address: string;
    readonly namespace: string;
    readonly tls?: TemporalFile['tls'];
    readonly apiKeyEnv?: string;
    readonly searchAttributes: Readonly<Record<string, string>>;
  };
  readonly signIn: SignInSection;
  readonly taskQueues: TemporalFile['taskQueues'];
  /** The embedded server, with the ports that the environment may have changed. */
  readonly server: EmbeddedServer;
  readonly worker: WorkerSizes;
  readonly bulk: TemporalFile['bulk'];
  /** How Caseloom's own database syncs: as the embedded server's does. */
  readonly store: { readonly synchronous: 'FULL' | 'NORMAL' };
};

/**
 * Settings from temporal.yaml and the environment: CASELOOM_HOME, HOST, PORT, TEMPORAL_ADDRESS, TEMPORAL_PORT,
 * TEMPORAL_UI_PORT, CASELOOM_SIGN_IN (the mode of sign-in), and CASELOOM_TEMPORAL_YAML for another file than the
 * project's.
 *
 * @throws SettingsError naming the file and line, or the environment variable
 */
export function loadSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const path = resolve(env.CASELOOM_TEMPORAL_YAML || join(projectFolder, 'temporal.yaml'));
  const file = parseTemporalFile(
    readText(path),
    path === join(projectFolder, 'temporal.yaml') ? 'temporal.yaml' : path,
  );

  const server: EmbeddedServer = {
    ...file.embedded,
    port: portFrom(env, 'TEMPORAL_PORT') ?? file.embedded.port,
    uiPort: portFrom(env, 'TEMPORAL_UI_PORT') ?? file.embedded.uiPort,
  };
  const given = env.TEMPORAL_ADDRESS || file.address;
  const port = portFrom(env, 'PORT') ?? 3000;
  return {
    home: resolve(env.CASELOOM_HOME || join(projectFolder, '.caseloom')),
    http: { host: env.HOST || '127.0.0.1', port },
    temporal: {
      embedded: given === undefined,
      address: given ?? `127.0.0.1:${server.port}`,
      namespace: file.namespace,
      searchAttributes: file.searchAttributes,
      ...(file.tls === undefined ? {} : { tls: file.tls }),
      ...(file.apiKeyEnv === undefined ? {} : { apiKeyEnv: file.apiKeyEnv }),
    },
    signIn: signInSection(file.signIn, given === undefined, port, env),
    taskQueues: file.taskQueues,
    server,
    worker: file.worker,
    bulk: file.bulk,
    store: { synchronous: server.pragmas.synchronous === 'NORMAL' ? 'NORMAL' : 'FULL' },
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SettingsError(
      `${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function portFrom(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') {
    return undefined;
  }
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingsError(`${name}: "${text}" is no port number (1 to 65535)`);
  }
  return port;
}
