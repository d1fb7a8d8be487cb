import { randomUUID } from 'node:crypto';
import { createApp } from '../../api/app.ts';
import type { Cases } from '../../api/cases.ts';
import type { LogLine } from '../../api/deps.ts';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import type { Router } from '../../api/router.ts';
import { seedEmbedded } from '../../api/seed.ts';
import type { SignInSettings } from '../../api/sign-in/settings.ts';
import type { Store } from '../../db/open.ts';
import { issueToken } from '../../db/own/tokens.ts';
import { openVault, type Vault } from '../../db/vault/open-vault.ts';
import { demoProfile } from '../../machines/library/index.ts';
import { type InProcessCases, inProcessCases } from './in-process-cases.ts';
import { temporaryStore } from './temporary-store.ts';

export interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the answer is expected to hold
  body: any;
}

export interface CallOptions {
  /** Default a new one for every command; null sends none. */
  key?: string | null;
  headers?: Record<string, string>;
  /** Sent as it stands instead of JSON. */
  raw?: string;
}

/** The API over a real store and vault, with the demo people, ready to be called in process. */
export interface TestApi {
  app: Router;
  store: Store;
  vault: Vault;
  folder: string;
  logged: LogLine[];
  /** Sends a request as a demo person; `person` null sends no token. */
  call: (
    person: string | null,
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ) => Promise<Answered>;
  tokenOf: (person: string) => Promise<string>;
  /** Opens the complaint below, with changes laid over it, and returns it. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  openComplaint: (changes?: object, person?: string) => Promise<any>;
  stop: () => Promise<void>;
}

export const complaint = {
  definition: 'complaint',
  data: {
    channel: 'phone',
    product: 'motor',
    summary: 'The repair took three months.',
    complainant: { name: 'Zhang San', phone: '13800001111' },
  },
};

/** The API over the kernel in this process, or over the engine given, with a store of its own. */
export const startTestApi = async ({
  now = Date.now,
  signIn,
  casesOf = (store, clock) => inProcessCases(store, { now: clock }),
}: {
  now?: () => number;
  signIn?: SignInSettings;
  casesOf?: (store: Store, now: () => number) => InProcessCases;
} = {}): Promise<TestApi & { cases: InProcessCases }> => {
  const { folder, store, remove } = await temporaryStore();
  const cases = casesOf(store, now);
  return {
    ...(await testApiOver({ folder, store, cases, now, ...(signIn === undefined ? {} : { signIn }) })),
    cases,
    stop: remove,
  };
};

/** The API over a store that somebody else opened and will close. */
export const testApiOver = async ({
  folder,
  store,
  cases,
  now = Date.now,
  signIn,
}: {
  folder: string;
  store: Store;
  cases: Cases;
  now?: () => number;
  signIn?: SignInSettings;
}): Promise<Omit<TestApi, 'stop'>> => {
  const vault = await openVault(store, { home: folder });
  await seedEmbedded(store);
  const logged: LogLine[] = [];
  const app = createApp({
    store,
    vault,
    cases,
    now,
    clockProfile: demoProfile,
    ...(signIn === undefined ? {} : { signIn }),
    log: (line) => {
      logged.push(line);
    },
  });
  const tokens = new Map<string, string>();
  const tokenOf = async (personId: string): Promise<string> => {
    const known = tokens.get(personId);
    const token =
      known ??
      (await issueToken(store, { tenant: embeddedTenant, personId, ttlMs: 40 * 86_400_000, nowMs: now() }));
    tokens.set(personId, token);
    return token;
  };

  const call: TestApi['call'] = async (person, method, path, body, { key, headers = {}, raw } = {}) => {
    const sends = method !== 'GET';
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await app.request(path, {
      method,
      headers: {
        ...(person === null ? {} : { authorization: `Bearer ${await tokenOf(person)}` }),
        ...(sends && key !== null ? { 'idempotency-key': key ?? randomUUID() } : {}),
        ...(content === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

  return {
    app,
    store,
    vault,
    folder,
    logged,
    call,
    tokenOf,
    openComplaint: async (changes = {}, person = 'agent') => {
      const { status, body } = await call(person, 'POST', '/v1/cases', { ...complaint, ...changes });
      if (status !== 201) {
        throw new Error(`The complaint was not opened: ${status} ${JSON.stringify(body)}`);
      }
      return body;
    },
  };
};
