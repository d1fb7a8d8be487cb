import { bodyLimit } from 'hono/body-limit';
import { problemResponse } from '../problem.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { accountRoutes } from './account-routes.ts';
import { demoRoutes } from './demo-routes.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { pageFailure } from './page-failure.ts';
import { pageRoutes } from './page-routes.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { passwordRoutes } from './password-routes.ts';
import { stepUpRoutes } from './step-up-routes.ts';
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
  for (const routes of [
    pageRoutes,
    demoRoutes,
    stepUpRoutes,
    passwordRoutes,
    passkeyRoutes,
    oidcRoutes,
    accountRoutes,
  ]) {
    router.route('/', routes(services));
  }
  router.onError(pageFailure(services));
  return router;
};
