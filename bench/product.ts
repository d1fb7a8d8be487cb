import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { embeddedTenant, seedEmbedded } from '../api/seed.ts';
import { projectFolder } from '../cli/project-folder.ts';
import { readyByMessage } from '../cli/supervise/readiness.ts';
import { workerOptions } from '../cli/supervise/specs.ts';
import { openStore, type Store } from '../db/open.ts';
import { publishDefinition } from '../db/own/definitions.ts';
import { issueToken } from '../db/own/tokens.ts';
import { freePort } from '../test/support/free-port.ts';
import { lifecycleCompileInput, lifecycleDocument } from './lifecycle.ts';

export interface ProductOptions {
  /** State folder; a store that is there already is served. */
  home: string;
  temporalAddress: string;
  synchronous?: 'FULL' | 'NORMAL';
  /** Default: as temporal.yaml has it. */
  tuned?: boolean;
  /** Runs that the worker remembers at most; default: as temporal.yaml has it. */
  maxCachedWorkflows?: number;
  /** Whose token the requests carry. */
  personId?: string;
  /** Without a worker cases can be read and not changed. */
  withWorker?: boolean;
}

/** `caseloom api` and `caseloom worker` on a Temporal server that runs already. */
export interface Product {
  baseUrl: string;
  token: string;
  /** A token of another person. */
  tokenOf: (personId: string) => Promise<string>;
  /** A new worker that remembers no case. */
  restartWorker: () => Promise<void>;
  /** Process id of the worker of now. @throws Error where there is none */
  workerPid: () => number;
  stop: () => Promise<void>;
}

const readyWithinMs = 60_000;
const tokenTtlMs = 86_400_000;

export const startProduct = async (options: ProductOptions): Promise<Product> => {
  const { home, temporalAddress, personId = 'handler', withWorker = true } = options;
  const synchronous = options.synchronous ?? 'FULL';
  const port = await freePort();
  const { settingsFile, tuned } = writeSettings(home, synchronous, options);
  const token = await seed(home, personId);
  const env = {
    ...process.env,
    CASELOOM_HOME: home,
    CASELOOM_TEMPORAL_YAML: settingsFile,
    TEMPORAL_ADDRESS: temporalAddress,
    HOST: '127.0.0.1',
    PORT: String(port),
  };
  const start = (args: readonly string[], preload: readonly string[] = []): ChildProcess =>
    spawn(process.execPath, [...preload, join(projectFolder, 'cli/bin.mjs'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
      env,
    });
  const startWorker = async (): Promise<ChildProcess> => {
    const child = start(['worker'], workerOptions(tuned));
    await Promise.race([readyByMessage(child), endedEarly(child, 'worker')]);
    return child;
  };

  const baseUrl = `http://127.0.0.1:${port}`;
  const api = start(['api']);
  await Promise.race([untilAnswered(`${baseUrl}/healthz`), endedEarly(api, 'api')]);
  let worker = withWorker ? await startWorker() : undefined;
  return {
    baseUrl,
    token,
    tokenOf: (id) => tokenIn(home, id),
    restartWorker: async () => {
      await end(worker);
      worker = await startWorker();
    },
    workerPid: () => {
      if (worker?.pid === undefined) {
        throw new Error('The product runs without a worker.');
      }
      return worker.pid;
    },
    stop: async () => {
      await Promise.all([end(api), end(worker)]);
    },
  };
};

/** temporal.yaml with the pragmas of this run, in the state folder; bundles are shared with other runs. */
const writeSettings = (
  home: string,
  synchronous: string,
  { tuned, maxCachedWorkflows }: Pick<ProductOptions, 'tuned' | 'maxCachedWorkflows'>,
): { settingsFile: string; tuned: boolean } => {
  mkdirSync(join(projectFolder, '.caseloom/bundles'), { recursive: true });
  symlinkSync(join(projectFolder, '.caseloom/bundles'), join(home, 'bundles'));
  const settings = parse(readFileSync(join(projectFolder, 'temporal.yaml'), 'utf8'));
  settings.embedded.pragmas.synchronous = synchronous;
  // Its Temporal server is not the embedded one, its people are.
  settings.signIn = { mode: 'demo' };
  settings.worker.tuned = tuned ?? settings.worker.tuned;
  settings.worker.maxCachedWorkflows = maxCachedWorkflows ?? settings.worker.maxCachedWorkflows;
  settings.taskQueues.cases = `product-${home.slice(-6)}`;
  const file = join(home, 'temporal.yaml');
  writeFileSync(file, stringify(settings));
  return { settingsFile: file, tuned: settings.worker.tuned };
};

const tokenIn = async (home: string, personId: string): Promise<string> => {
  const store = await openStore({ file: join(home, 'caseloom.db') });
  try {
    return await issueToken(store, { tenant: embeddedTenant, personId, ttlMs: tokenTtlMs });
  } finally {
    await store.close();
  }
};

const seed = async (home: string, personId: string): Promise<string> => {
  const store = await openStore({ file: join(home, 'caseloom.db') });
  try {
    await seedEmbedded(store);
    await publishLifecycle(store, embeddedTenant);
  } finally {
    await store.close();
  }
  return tokenIn(home, personId);
};

export const publishLifecycle = (store: Store, tenant: string): Promise<boolean> => {
  const { definition: runtime, ref } = lifecycleCompileInput;
  return publishDefinition(store, tenant, {
    ...ref,
    document: JSON.parse(JSON.stringify(lifecycleDocument)),
    runtime,
  });
};

/** Waits until `url` answers 200. */
export const untilAnswered = async (url: string): Promise<void> => {
  const untilMs = Date.now() + readyWithinMs;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) {
      return;
    }
    if (Date.now() > untilMs) {
      throw new Error(`${url} did not answer within ${readyWithinMs} ms.`);
    }
    await sleep(20);
  }
};

const endedEarly = async (child: ChildProcess, name: string): Promise<never> => {
  const [code] = await once(child, 'exit');
  throw new Error(`caseloom ${name} ended with ${code} before it was ready.`);
};

const end = async (child: ChildProcess | undefined): Promise<void> => {
  if (child && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
};
