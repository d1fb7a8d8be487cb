import { authenticate } from '../auth.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { sessionTokenOf } from './cookies.ts';
import { hasSecondFactor } from './credential.ts';
import { cameByClick, hasDemoPeople } from './demo-routes.ts';
import { givePage } from './pages/layout.ts';
import { stepUpBody } from './pages/sign-in-page.ts';
import { languageOf, textsOf } from './pages/texts.ts';
import { localPath } from './steps.ts';

/** Where somebody whose session lacks a second factor proves one, and goes back to what asked for it. */
export const stepUpRoutes = (services: Services): Router => {
  const { signIn } = services;
  const router = newRouter();

  router.use('/sign-in/step-up', async (c, next) =>
    sessionTokenOf(c, services) === undefined
      ? c.redirect(`/sign-in?next=${encodeURIComponent(localPath(c.req.query('next')))}`, 303)
      : authenticate(services)(c, next),
  );

  router.get('/sign-in/step-up', async (c) => {
    const next = localPath(c.req.query('next'));
    if (hasSecondFactor(c.get('credential'))) {
      return c.redirect(next, 303);
    }
    const t = textsOf(languageOf(c));
    const isDemo = hasDemoPeople(services, c) && cameByClick(c);
    const form = { next, ...(isDemo ? { demoPerson: c.get('person').id } : {}) };
    return givePage(c, { title: t.stepUp, script: !isDemo, body: stepUpBody(t, signIn, form) });
  });
  return router;
};
