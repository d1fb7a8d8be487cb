import type { Context, MiddlewareHandler } from 'hono';
import { setCookie } from 'hono/cookie';
import { openDemoSession } from '../../db/own/demo-session.ts';
import { getPerson } from '../../db/own/people.ts';
import { finishSignIn, type SignInMethod } from '../../db/own/sessions.ts';
import { countTry, forgetTries, type TryLimit } from '../../db/own/sign-in-tries.ts';
import { signInNameOf } from '../../db/vault/sign-in-secret.ts';
import { authenticate } from '../auth.ts';
import { embeddedTenant } from '../embedded-tenant.ts';
import type { AppEnv } from '../env.ts';
import { Condition } from '../problem.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { cookieAttributesOf, sessionCookieOf, sessionTokenOf, signed } from './cookies.ts';
import { isDemoCode } from './demo-code.ts';
import { isDemoPerson } from './demo-people.ts';
import { requireCalmAddress, tooMany } from './failures.ts';
import { isLoopback } from './same-origin.ts';
import { fail, formOf, localPath } from './steps.ts';

/** As many as of every second factor: a code has a million values, and three of them are right. */
const codeLimit: TryLimit = { free: 10, waitMs: 15 * 60_000, waitMsMax: 15 * 60_000 };

/** Whether demo people sign in here, from this request's browser: on the machine itself alone. */
export const hasDemoPeople = ({ signIn }: Services, c: Context<AppEnv>): boolean =>
  signIn.mode === 'demo' && signIn.demoPeople && isLoopback(c);

/** Whether somebody has signed in by the click: who has a password proves a second factor of their own. */
export const cameByClick = (c: Context<AppEnv>): boolean => {
  const credential = c.get('credential');
  return credential.kind === 'session' && credential.method === 'demo';
};

/** The demo people's click, and the code with which one of them proves a second factor. */
export const demoRoutes = (services: Services): Router => {
  const { store, vault, now } = services;
  const router = newRouter();

  router.use('/sign-in/demo/*', requireDemo(services));
  router.post('/sign-in/demo', async (c) => {
    const field = await formOf(c);
    await enter(services, c, { personId: field('person'), method: 'demo' });
    return c.redirect(localPath(field('next')), 303);
  });

  router.post('/sign-in/demo/code', authenticate(services), async (c) => {
    const field = await formOf(c);
    const code = field('code').replaceAll(/\s/g, '');
    const { id: personId } = c.get('person');
    await requireCalmAddress(services, c);
    const nowMs = now();
    const key = `demo-code:${personId}`;
    const tried = await countTry(store, embeddedTenant, { key, limit: codeLimit, nowMs });
    if (tried.retryAfterMs > 0) throw tooMany(tried.retryAfterMs);
    if (!cameByClick(c) || !isDemoCode(vault, personId, code, nowMs)) {
      const subject = { kind: 'person', id: personId } as const;
      return fail(services, c, { method: 'second-factor', code: 'SIGN_IN_FAILED', subject });
    }
    const codeHash = signInNameOf(vault, 'code', JSON.stringify(['demo', personId, code]));
    await enter(services, c, { personId, method: 'second-factor', codeHash });
    await forgetTries(store, embeddedTenant, key);
    return c.redirect(localPath(field('next')), 303);
  });
  return router;
};

const requireDemo =
  (services: Services): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    if (!hasDemoPeople(services, c)) {
      throw new Condition('NOT_FOUND', 'There is nothing at this address.');
    }
    await next();
  };

/** Starts a session of a demo person in the browser, instead of the one that it had. */
const enter = async (
  services: Services,
  c: Context<AppEnv>,
  { personId, method, codeHash }: { personId: string; method: SignInMethod; codeHash?: string },
): Promise<void> => {
  const { store, vault, now, signIn } = services;
  const nowMs = now();
  const untilMs = nowMs + signIn.absoluteMs;
  const person = await getPerson(store, embeddedTenant, personId, nowMs);
  const token =
    person && isDemoPerson(person)
      ? await openDemoSession(store, embeddedTenant, { personId, untilMs, nowMs })
      : undefined;
  if (token === undefined) {
    return fail(services, c, { method, code: 'LOGIN_UNKNOWN' });
  }
  const done = await finishSignIn(store, {
    ...{ token, method, replaces: sessionTokenOf(c, services), nowMs },
    ...(codeHash === undefined ? {} : { codeHash }),
  });
  if ('refused' in done) {
    const subject = { kind: 'person', id: personId } as const;
    return fail(services, c, { method, code: 'SIGN_IN_FAILED', reason: done.refused, subject });
  }
  const maxAge = signIn.absoluteMs / 1000;
  setCookie(c, sessionCookieOf(signIn), signed(vault, token), { ...cookieAttributesOf(signIn), maxAge });
};
