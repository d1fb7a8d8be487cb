import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../env.ts';
import { failureResponse } from '../failure-response.ts';
import { Condition, problemResponse } from '../problem.ts';
import { problemCodes } from '../problem-codes.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { accountRoutes } from './account-routes.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { givePage } from './pages/layout.ts';
import { codeText, languageOf, textsOf } from './pages/texts.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { passwordRoutes } from './password-routes.ts';
import { requireSameOrigin } from './steps.ts';

const formBytesMax = 64 * 1024;

/** Everything about signing in: pages and forms for people, under `/sign-in`, `/sign-out` and `/account`. */
export const signInRoutes = (services: Services): Router => {
  const router = newRouter();
  const limit = bodyLimit({
    maxSize: formBytesMax,
    onError: (c) => problemResponse(c, 'BODY_TOO_LARGE', `A form may have ${formBytesMax} bytes.`),
  });
  for (const path of ['/sign-in', '/sign-in/*', '/sign-out', '/account', '/account/*']) {
    router.use(path, limit, requireSameOrigin(services));
  }
  for (const routes of [pageRoutes, passwordRoutes, passkeyRoutes, oidcRoutes, accountRoutes]) {
    router.route('/', routes(services));
  }
  router.onError(answerFailure(services));
  return router;
};

/** A problem for programs; for a reader a page in their language, or the way to sign in first. */
const answerFailure =
  (services: Services) =>
  (error: Error, c: Context<AppEnv>): Response | Promise<Response> => {
    const wantsPage = c.req.header('accept')?.includes('text/html') ?? false;
    if (!(error instanceof Condition) || !wantsPage) {
      return failureResponse(services)(error, c);
    }
    if (error.code === 'AUTHENTICATION_REQUIRED' || error.code === 'SESSION_ENDED') {
      return c.redirect(`/sign-in?next=${encodeURIComponent(c.req.path)}`, 303);
    }
    const language = languageOf(c);
    const t = textsOf(language);
    c.set('problemCode', error.code);
    if (error.retryAfterS !== undefined) c.header('retry-after', String(error.retryAfterS));
    const message = codeText(error.code, language) ?? problemCodes[error.code].title;
    const body = html`<p><a href="/sign-in">${t.back}</a></p>`;
    const status = problemCodes[error.code].status as ContentfulStatusCode;
    return givePage(c, { title: t.title, message, isAlert: true, body }, status);
  };
