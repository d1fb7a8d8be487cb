import type { Context, MiddlewareHandler } from 'hono';
import { personByLogin } from '../db/own/logins.ts';
import { applyOidcGroups } from '../db/own/oidc-groups.ts';
import type { Person } from '../db/own/people.ts';
import { serviceByKey } from '../db/own/service-keys.ts';
import { personBySession } from '../db/own/sessions.ts';
import { personByToken } from '../db/own/tokens.ts';
import { embeddedTenant } from './embedded-tenant.ts';
import type { AppEnv } from './env.ts';
import { Condition } from './problem.ts';
import type { SignInCode } from './problem-codes.ts';
import { readerOf } from './reader.ts';
import type { Services } from './services.ts';
import { TokenRefused } from './sign-in/access-tokens.ts';
import { sessionTokenOf, unsigned } from './sign-in/cookies.ts';
import type { Credential } from './sign-in/credential.ts';
import { type Failure, recordFailure } from './sign-in/failures.ts';
import { saysTwoFactors } from './sign-in/provider-factors.ts';
import { isSameOrigin } from './sign-in/same-origin.ts';
import { requireScope } from './sign-in/scopes.ts';
import { issuersOf } from './sign-in/settings.ts';

const tokenPattern = /^Bearer +([A-Za-z0-9._~+/=-]{1,8000})$/i;

interface Authenticated {
  person: Person;
  credential: Credential;
}

/**
 * Finds out who sends a request, by a bearer token or else the browser's session. Everything is read anew each time:
 * a right, session or key taken away is gone from the next request on.
 */
export const authenticate =
  (services: Services): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const { person, credential } = await whoSends(services, c);
    c.set('person', await readerOf(services.store, person));
    c.set('credential', credential);
    await requireScope(services, c);
    await next();
  };

const whoSends = async (services: Services, c: Context<AppEnv>): Promise<Authenticated> => {
  const header = c.req.header('authorization');
  if (header !== undefined) {
    const token = tokenPattern.exec(header)?.[1];
    if (token === undefined) throw required();
    return byBearer(services, c, token);
  }
  const token = sessionTokenOf(c, services);
  if (token === undefined) throw required();
  const found = await bySession(services, token, true);
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && !isSameOrigin(c, services.signIn)) {
    const subject = { kind: 'person', id: found.person.id } as const;
    return refuse(services, c, { method: 'session', code: 'ORIGIN_REFUSED', subject });
  }
  return found;
};

const byBearer = (services: Services, c: Context<AppEnv>, token: string): Promise<Authenticated> => {
  if (token.startsWith('csk_')) return byServiceKey(services, c, token);
  if (token.startsWith('clt_')) return byDemoToken(services, c, token);
  const session = unsigned(services.vault, token);
  return session === undefined ? byAccessToken(services, c, token) : bySession(services, session, false);
};

/** What `caseloom token` printed counts for nothing once there is a real way to sign in. */
const byDemoToken = async (services: Services, c: Context<AppEnv>, token: string): Promise<Authenticated> => {
  const { store, now, signIn } = services;
  const person = signIn.mode === 'demo' ? await personByToken(store, token, now()) : undefined;
  if (!person) {
    await recordFailure(services, c, { method: 'demo-token', code: 'TOKEN_INVALID', reason: 'unknown' });
    throw required();
  }
  return { person, credential: { kind: 'demo-token' } };
};

const byServiceKey = async (services: Services, c: Context<AppEnv>, key: string): Promise<Authenticated> => {
  const found = await serviceByKey(services.store, key, services.now());
  if ('person' in found) {
    const { person, keyId, scopes } = found;
    return { person, credential: { kind: 'service-key', keyId, scopes } };
  }
  const { refused, tenant, keyId } = found;
  return refuse(services, c, {
    ...{ method: 'service-key', code: 'SERVICE_KEY_INVALID', reason: refused },
    ...(tenant === undefined || keyId === undefined
      ? {}
      : { tenant, subject: { kind: 'service-key', id: keyId } }),
  });
};

const byAccessToken = async (
  services: Services,
  c: Context<AppEnv>,
  token: string,
): Promise<Authenticated> => {
  const { accessTokens, store, now } = services;
  const method = 'access-token';
  const { claims, ...login } = await accessTokens.subjectOf(token, now()).catch((error: unknown) => {
    if (!(error instanceof TokenRefused)) throw error;
    return refuse(services, c, { method, code: error.code, reason: error.reason });
  });
  await applyOidcGroups(store, embeddedTenant, login, claims, now());
  const found = await personByLogin(store, login, now());
  const twoFactors = saysTwoFactors(claims);
  if ('person' in found) return { person: found.person, credential: { kind: 'access-token', twoFactors } };
  const { fault: code, personId } = found;
  return refuse(services, c, {
    ...{ method, code },
    ...(personId === undefined ? {} : { subject: { kind: 'person', id: personId } }),
  });
};

const bySession = async (services: Services, token: string, byCookie: boolean): Promise<Authenticated> => {
  const { store, now, signIn } = services;
  const { idleMs, absoluteMs } = signIn;
  const limits = { idleMs, absoluteMs, nowMs: now(), issuers: issuersOf(signIn) };
  const found = await personBySession(store, token, limits);
  if ('ended' in found) {
    // Time has passed or somebody signed out: nothing was tried that would have to be recorded.
    throw new Condition('SESSION_ENDED', details.SESSION_ENDED);
  }
  const { id: sessionId, method, startedAtMs } = found.session;
  return {
    person: found.person,
    credential: { kind: 'session', sessionId, method, startedAtMs, byCookie },
  };
};

const refuse = async (services: Services, c: Context<AppEnv>, failure: Failure): Promise<never> => {
  await recordFailure(services, c, failure);
  throw new Condition(failure.code, details[failure.code] ?? 'Sign in again.');
};

const required = (): Condition =>
  new Condition('AUTHENTICATION_REQUIRED', 'Send `Authorization: Bearer` with a token that is valid.');

const details: { [code in SignInCode]?: string } & { SESSION_ENDED: string } = {
  ACCOUNT_DISABLED: 'This account is disabled.',
  LOGIN_UNKNOWN: 'The token is valid, but whom it names is nobody here.',
  ORIGIN_REFUSED: 'A browser’s session is for our own pages only.',
  SERVICE_KEY_INVALID: 'The service key is unknown, has expired or was revoked.',
  SESSION_ENDED: 'The session has ended. Sign in again.',
  TOKEN_EXPIRED: 'The token has expired. Get a new one.',
  TOKEN_INVALID: 'The token is not from the identity provider, or not for this API.',
};
