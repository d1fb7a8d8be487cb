import type { Context, MiddlewareHandler } from 'hono';
import type { Person } from '../../db/own/people.ts';
import { finishSignIn, type SignInMethod } from '../../db/own/sessions.ts';
import type { AppEnv } from '../env.ts';
import { Condition } from '../problem.ts';
import type { SignInCode } from '../problem-codes.ts';
import type { Services } from '../services.ts';
import { sessionCookieOf, sessionTokenOf, unsigned } from './cookies.ts';
import { type Failure, recordFailure } from './failures.ts';
import { isSameOrigin } from './same-origin.ts';

/** @throws Condition for a form that is not our own page's */
export const requireSameOrigin =
  ({ signIn }: Services): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && !isSameOrigin(c, signIn)) {
      throw new Condition('ORIGIN_REFUSED', 'This was not sent by a page of this address.');
    }
    await next();
  };

const nextCharsMax = 2_000;

/** Where to go after signing in: a place here, never another site's. */
export const localPath = (path: unknown): string =>
  typeof path === 'string' && path.length <= nextCharsMax && /^\/(?![/\\])[\x21-\x7e]*$/.test(path)
    ? path
    : '/account';

/** The fields of a form, all texts. */
export const formOf = async (c: Context<AppEnv>): Promise<(name: string) => string> => {
  const form = await c.req.parseBody();
  return (name) => {
    const value = form[name];
    return typeof value === 'string' ? value : '';
  };
};

/** What of a request the sign-in library is to see: its own cookies. */
export const forLibrary = (c: Context<AppEnv>): Headers =>
  new Headers({ cookie: c.req.header('cookie') ?? '' });

export const passCookies = (c: Context<AppEnv>, response: Response): void => {
  for (const cookie of response.headers.getSetCookie()) {
    c.header('set-cookie', cookie, { append: true });
  }
};

/** The session that an answer of the library starts; undefined where it starts none. */
const startedBy = ({ vault, signIn }: Services, response: Response): string | undefined => {
  const begins = `${sessionCookieOf(signIn)}=`;
  const cookie = response.headers.getSetCookie().findLast((each) => each.startsWith(begins));
  const value = decodeURIComponent(cookie?.slice(begins.length).split(';', 1)[0] ?? '');
  return unsigned(vault, value);
};

/**
 * Makes the session of the library's answer count, and gives its cookies to the browser. The browser's earlier session
 * ends. @throws Condition where it cannot count; that is recorded
 */
export const completeSignIn = async (
  services: Services,
  c: Context<AppEnv>,
  response: Response,
  { method, codeHash }: { method: SignInMethod; codeHash?: string },
): Promise<Person> => {
  const token = startedBy(services, response);
  if (token === undefined) {
    throw new Error('The sign-in library has started no session');
  }
  const done = await finishSignIn(services.store, {
    ...{ token, method, replaces: sessionTokenOf(c, services), nowMs: services.now() },
    ...(codeHash === undefined ? {} : { codeHash }),
  });
  if ('refused' in done) {
    const subject =
      done.personId === undefined ? {} : { subject: { kind: 'person', id: done.personId } as const };
    return fail(services, c, { method, code: 'SIGN_IN_FAILED', reason: done.refused, ...subject });
  }
  passCookies(c, response);
  return done.person;
};

/** The code with which the library refuses, where it is one of ours. */
export const refusalOf = async (response: Response): Promise<SignInCode> => {
  const { code } = (await response.json().catch(() => ({}))) as { code?: unknown };
  return code === 'ACCOUNT_DISABLED' || code === 'LOGIN_UNKNOWN' ? code : 'SIGN_IN_FAILED';
};

/** Records a failed sign-in and refuses it. @throws Condition always */
export const fail = async (services: Services, c: Context<AppEnv>, failure: Failure): Promise<never> => {
  await recordFailure(services, c, failure);
  throw new Condition(failure.code, 'The sign-in was refused.');
};
