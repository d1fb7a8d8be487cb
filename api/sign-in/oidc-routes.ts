import { Condition } from '../problem.ts';
import type { SignInCode } from '../problem-codes.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { recordFailure } from './failures.ts';
import { libraryPath, oidcProviderId } from './library.ts';
import { watchFactors } from './provider-factors.ts';
import { completeSignIn, forLibrary, localPath, passCookies } from './steps.ts';

const retryAfterS = 5;

/** Signing in at the identity provider: authorization code with PKCE, state, and nonce. */
export const oidcRoutes = (services: Services): Router => {
  const { signIn, signInLibrary } = services;
  const router = newRouter();
  const requireOidc = (): void => {
    if (signIn.mode !== 'oidc') throw new Condition('NOT_FOUND', 'There is nothing at this address.');
  };

  router.get('/sign-in/oidc', async (c) => {
    requireOidc();
    const next = localPath(c.req.query('next'));
    const { auth } = await signInLibrary();
    const answer = await auth.api.signInSocial({
      body: {
        ...{ provider: oidcProviderId, disableRedirect: true },
        callbackURL: `${signIn.origin}${next}`,
        errorCallbackURL: `${signIn.origin}/sign-in`,
      },
      ...{ headers: forLibrary(c), asResponse: true },
    });
    const { url } = (await answer.json().catch(() => ({}))) as { url?: string };
    if (!answer.ok || url === undefined) {
      throw new Condition('IDENTITY_PROVIDER_AWAY', 'The identity provider does not answer now.', {
        retryAfterS,
      });
    }
    passCookies(c, answer);
    return c.redirect(url, 303);
  });

  // The library knows the way back by its cookie of state; of all its own routes only this one is served.
  router.get(`${libraryPath}/callback/${oidcProviderId}`, async (c) => {
    requireOidc();
    const { auth } = await signInLibrary();
    const { pathname, search } = new URL(c.req.url);
    const request = new Request(`${signIn.origin}${pathname}${search}`, { headers: forLibrary(c) });
    const { answer, twoFactors } = await watchFactors(() => auth.handler(request));
    const to = new URL(answer.headers.get('location') ?? '/sign-in?error=SIGN_IN_FAILED', signIn.origin);
    const error = to.searchParams.get('error');
    if (answer.status !== 302 || to.origin !== signIn.origin || error !== null) {
      const code: SignInCode =
        error === 'LOGIN_UNKNOWN' || error === 'ACCOUNT_DISABLED' ? error : 'SIGN_IN_FAILED';
      const reason = /^[a-z_]{1,60}$/i.test(error ?? '') ? (error ?? '') : 'answer';
      await recordFailure(services, c, { method: 'oidc', code, reason });
      return c.redirect(`/sign-in?error=${code}`, 303);
    }
    await completeSignIn(services, c, answer, { method: twoFactors ? 'oidc-two-factors' : 'oidc' });
    return c.redirect(localPath(`${to.pathname}${to.search}`), 303);
  });
  return router;
};
