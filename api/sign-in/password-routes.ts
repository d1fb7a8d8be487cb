import { getCookie } from 'hono/cookie';
import { appendRecord } from '../../db/own/append-record.ts';
import { challenged } from '../../db/own/logins.ts';
import { countTry, forgetTries, type TryLimit } from '../../db/own/sign-in-tries.ts';
import { signInNameOf } from '../../db/vault/sign-in-secret.ts';
import { embeddedTenant } from '../embedded-tenant.ts';
import { Condition } from '../problem.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { challengeCookieOf, unsigned } from './cookies.ts';
import { nobody, requireCalmAddress, tooMany } from './failures.ts';
import { givePage } from './pages/layout.ts';
import { secondFactorBody } from './pages/sign-in-page.ts';
import { languageOf, textsOf } from './pages/texts.ts';
import { completeSignIn, fail, forLibrary, formOf, localPath, passCookies, refusalOf } from './steps.ts';

/** Five wrong passwords are free; then each waits twice as long as the one before, up to a quarter of an hour. */
const passwordLimit: TryLimit = { free: 5, waitMs: 30_000, waitMsMax: 15 * 60_000 };

/** E-mail and password, and the second step of those who have one. */
export const passwordRoutes = (services: Services): Router => {
  const { store, vault, now, signIn, signInLibrary } = services;
  const router = newRouter();

  router.post('/sign-in', async (c) => {
    requirePasswords(services);
    const field = await formOf(c);
    const next = localPath(field('next'));
    const email = field('email').trim().toLowerCase();
    const name = signInNameOf(vault, 'email', email);
    const key = `login:${name}`;
    await requireCalmAddress(services, c);
    const nowMs = now();
    const tried = await countTry(store, embeddedTenant, { key, limit: passwordLimit, nowMs });
    if (tried.retryAfterMs > 0) throw tooMany(tried.retryAfterMs);

    const { auth } = await signInLibrary();
    const body = { email, password: field('password') };
    const answer = await auth.api.signInEmail({ body, headers: forLibrary(c), asResponse: true });
    if (!answer.ok) {
      const subject = { kind: 'login', id: name } as const;
      if (tried.locksNow) {
        await appendRecord(store, embeddedTenant, {
          at: new Date(nowMs).toISOString(),
          ...{ actorId: nobody, type: 'sign-in.locked', subject, detail: { failures: passwordLimit.free } },
        });
      }
      return fail(services, c, { method: 'password', code: await refusalOf(answer), subject });
    }
    const { twoFactorRedirect } = (await answer.clone().json()) as { twoFactorRedirect?: boolean };
    if (twoFactorRedirect === true) {
      passCookies(c, answer);
      await forgetTries(store, embeddedTenant, key);
      return c.redirect(`/sign-in/second-factor?next=${encodeURIComponent(next)}`, 303);
    }
    await completeSignIn(services, c, answer, { method: 'password' });
    await forgetTries(store, embeddedTenant, key);
    return c.redirect(next, 303);
  });

  router.get('/sign-in/second-factor', (c) => {
    const t = textsOf(languageOf(c));
    return givePage(c, { title: t.secondFactor, body: secondFactorBody(t, localPath(c.req.query('next'))) });
  });

  router.post('/sign-in/second-factor', async (c) => {
    requirePasswords(services);
    const field = await formOf(c);
    const code = field('code').replaceAll(/\s/g, '');
    const challenge = unsigned(vault, getCookie(c, challengeCookieOf(signIn)) ?? '');
    const who = challenge === undefined ? undefined : await challenged(store, challenge, now());
    if (!who) throw new Condition('SIGN_IN_FAILED', 'The first step is too long ago. Sign in again.');
    await requireCalmAddress(services, c);

    const { auth } = await signInLibrary();
    const request = { body: { code }, headers: forLibrary(c), asResponse: true as const };
    const answer = /^\d{6}$/.test(code)
      ? await auth.api.verifyTOTP(request)
      : await auth.api.verifyBackupCode(request);
    if (!answer.ok) {
      const subject = { kind: 'person', id: who.personId } as const;
      return fail(services, c, { method: 'second-factor', code: await refusalOf(answer), subject });
    }
    const codeHash = signInNameOf(vault, 'code', JSON.stringify([who.userId, code]));
    await completeSignIn(services, c, answer, { method: 'second-factor', codeHash });
    return c.redirect(localPath(field('next')), 303);
  });
  return router;
};

/** @throws Condition where people come from an identity provider, so that no password can open anything */
export const requirePasswords = ({ signIn }: Services): void => {
  if (signIn.mode === 'oidc') throw new Condition('NOT_FOUND', 'There is nothing at this address.');
};
