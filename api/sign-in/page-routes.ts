import { deleteCookie } from 'hono/cookie';
import { acceptInvitation, invitationBy } from '../../db/own/invitations.ts';
import { listPeople } from '../../db/own/people.ts';
import { endSession } from '../../db/own/sessions.ts';
import { embeddedTenant } from '../embedded-tenant.ts';
import { Condition } from '../problem.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { cookieAttributesOf, sessionCookieOf, sessionTokenOf } from './cookies.ts';
import { isDemoPerson } from './demo-people.ts';
import { hasDemoPeople } from './demo-routes.ts';
import { requireCalmAddress } from './failures.ts';
import { passwordCharsMax, passwordCharsMin } from './library.ts';
import { passkeyScript, style } from './pages/assets.ts';
import { givePage } from './pages/layout.ts';
import { invitationBody, signInBody } from './pages/sign-in-page.ts';
import { codeText, languageOf, textsOf } from './pages/texts.ts';
import { requirePasswords } from './password-routes.ts';
import { fail, formOf, localPath } from './steps.ts';

/** The sign-in page with what it loads, invitations and signing out. */
export const pageRoutes = (services: Services): Router => {
  const { store, now, signIn, signInLibrary } = services;
  const router = newRouter();

  router.get('/sign-in/style.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }));
  router.get('/sign-in/passkey.js', (c) =>
    c.body(passkeyScript, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );

  router.get('/sign-in', async (c) => {
    const language = languageOf(c);
    const t = textsOf(language);
    const refused = codeText(c.req.query('error') ?? '', language);
    const done = { chosen: t.chosen, out: t.signedOut }[c.req.query('done') ?? ''];
    const people = hasDemoPeople(services, c)
      ? (await listPeople(store, embeddedTenant)).filter(isDemoPerson)
      : undefined;
    return givePage(c, {
      ...{ title: t.title, message: refused ?? done, isAlert: refused !== undefined },
      ...{ script: signIn.mode !== 'oidc' },
      body: signInBody(t, signIn, { next: localPath(c.req.query('next')), people }),
    });
  });

  router.post('/sign-out', async (c) => {
    const token = sessionTokenOf(c, services);
    if (token !== undefined) await endSession(store, token, now());
    const { path, secure } = cookieAttributesOf(signIn);
    deleteCookie(c, sessionCookieOf(signIn), { path, secure });
    return c.redirect('/sign-in?done=out', 303);
  });

  router.get('/sign-in/invitation', async (c) => {
    requirePasswords(services);
    await requireCalmAddress(services, c);
    const t = textsOf(languageOf(c));
    const code = c.req.query('code') ?? '';
    const found = await invitationBy(store, code, now());
    if (!found) return fail(services, c, { method: 'invitation', code: 'INVITATION_INVALID' });
    return givePage(c, { title: t.invitation, body: invitationBody(t, { code, email: found.email }) });
  });

  router.post('/sign-in/invitation', async (c) => {
    requirePasswords(services);
    await requireCalmAddress(services, c);
    const field = await formOf(c);
    const [code, password] = [field('code'), field('password')];
    const found = await invitationBy(store, code, now());
    if (!found) return fail(services, c, { method: 'invitation', code: 'INVITATION_INVALID' });
    const length = [...password].length;
    const isAddress = password.toLowerCase() === found.email;
    if (length < passwordCharsMin || password.length > passwordCharsMax || isAddress) {
      throw new Condition('INPUT_INVALID', 'A password has 12 to 128 characters, and is not the address.', {
        errors: [{ pointer: '/password', message: 'has 12 to 128 characters, and is not the address' }],
      });
    }
    const { hashPassword } = await signInLibrary();
    const chosen = { passwordHash: await hashPassword(password), nowMs: now() };
    if (!(await acceptInvitation(store, code, chosen))) {
      return fail(services, c, { method: 'invitation', code: 'INVITATION_INVALID' });
    }
    return c.redirect('/sign-in?done=chosen', 303);
  });
  return router;
};
