import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { openStore } from '../../db/open.ts';
import { issueToken } from '../../db/own/tokens.ts';
import { CommandError } from '../command-error.ts';
import type { Settings } from '../settings.ts';
import type { SendRequest } from './case-api.ts';

/** The API of this state folder's server, entered by any of the demo people. */
export type EmbeddedApi = {
  readonly send: SendRequest;
  /** Its address, without a slash at the end. */
  readonly base: string;
  /** The database behind it. */
  readonly file: string;
  close(): Promise<void>;
};

const answerWithinMs = 30_000;
const tokenForMs = 24 * 3_600_000;

/** @throws CommandError where no server answers, or where its database is not on this machine */
export const openEmbeddedApi = async ({ home, http, temporal }: Settings): Promise<EmbeddedApi> => {
  const host = http.host === '0.0.0.0' || http.host === '::' ? '127.0.0.1' : http.host;
  const base = `http://${host}:${http.port}`;
  const file = join(home, 'caseloom.db');
  if (!temporal.embedded) {
    throw new CommandError('This acts as the demo people, and those are only in the embedded default.');
  }
  if (!existsSync(file) || !(await isReady(base))) {
    throw new CommandError(`No server of ${home} answers at ${base}. Start it with \`npm start\`.`);
  }
  const store = await openStore({ file });
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (personId: string): Promise<string> => {
    const known = tokens.get(personId);
    const token = known ?? issueToken(store, { tenant: embeddedTenant, personId, ttlMs: tokenForMs });
    tokens.set(personId, token);
    return token;
  };
  return {
    base,
    file,
    close: () => store.close(),
    send: async ({ person, method, path, body, key }) => {
      const isForm = body instanceof FormData;
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await tokenOf(person)}`,
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(answerWithinMs),
      });
      const text = await response.text();
      const retryAfterS = Number(response.headers.get('retry-after'));
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return {
        status: response.status,
        body: isJson ? JSON.parse(text) : null,
        ...(retryAfterS > 0 ? { retryAfterS } : {}),
      };
    },
  };
};

const isReady = async (base: string): Promise<boolean> => {
  try {
    return (await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
};
