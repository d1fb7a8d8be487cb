import type { Context } from 'hono';
import { appendRecord } from '../../db/own/append-record.ts';
import { localUserOf } from '../../db/own/logins.ts';
import { endSessionsIn } from '../../db/own/sessions.ts';
import { signInNameOf } from '../../db/vault/sign-in-secret.ts';
import { authenticate } from '../auth.ts';
import type { AppEnv } from '../env.ts';
import { Condition } from '../problem.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { sessionTokenOf } from './cookies.ts';
import { accountBody, newSecondFactorBody } from './pages/account-page.ts';
import { givePage } from './pages/layout.ts';
import { languageOf, textsOf } from './pages/texts.ts';
import { giveOptions, passkeyAnswer } from './passkey-routes.ts';
import { completeSignIn, fail, forLibrary, formOf, passCookies, refusalOf } from './steps.ts';

/** What a signed-in person does about their own sign-in. */
export const accountRoutes = (services: Services): Router => {
  const { store, vault, now, signInLibrary } = services;
  const router = newRouter();
  router.use('/account', authenticate(services), requireBrowser);
  router.use('/account/*', authenticate(services), requireBrowser);

  const record = (c: Context<AppEnv>, type: string) => {
    const { tenant, id } = c.get('person');
    const at = new Date(now()).toISOString();
    return appendRecord(store, tenant, {
      at,
      actorId: id,
      type,
      subject: { kind: 'person', id },
      detail: {},
    });
  };

  router.get('/account', async (c) => {
    const t = textsOf(languageOf(c));
    const { tenant, id, name } = c.get('person');
    const hasAccount = (await localUserOf(store, tenant, id)) !== undefined;
    const message = { passkey: t.passkeyAdded, factor: t.secondFactorOn }[c.req.query('done') ?? ''];
    return givePage(c, {
      title: t.account,
      message,
      script: true,
      body: accountBody(t, { name, hasAccount }),
    });
  });

  router.post('/account/sign-out-elsewhere', async (c) => {
    const { tenant, id } = c.get('person');
    const keep = sessionTokenOf(c, services);
    await store.write((db) => endSessionsIn(db, tenant, id, keep));
    await record(c, 'sign-out.elsewhere');
    return c.redirect('/account', 303);
  });

  router.post('/account/second-factor', async (c) => {
    const field = await formOf(c);
    const { auth } = await signInLibrary();
    const answer = await auth.api.enableTwoFactor({
      ...{ body: { password: field('password') }, headers: forLibrary(c), asResponse: true },
    });
    if (!answer.ok) return failOwn(services, c, 'second-factor', answer);
    passCookies(c, answer);
    const { totpURI: uri, backupCodes } = (await answer.json()) as { totpURI: string; backupCodes: string[] };
    const secret = new URL(uri).searchParams.get('secret') ?? '';
    const t = textsOf(languageOf(c));
    return givePage(c, { title: t.secondFactor, body: newSecondFactorBody(t, { uri, secret, backupCodes }) });
  });

  router.post('/account/second-factor/confirm', async (c) => {
    const field = await formOf(c);
    const code = field('code').replaceAll(/\s/g, '');
    const { auth } = await signInLibrary();
    const answer = await auth.api.verifyTOTP({ body: { code }, headers: forLibrary(c), asResponse: true });
    if (!answer.ok) return failOwn(services, c, 'second-factor', answer);
    const { tenant, id } = c.get('person');
    const userId = await localUserOf(store, tenant, id);
    const codeHash = signInNameOf(vault, 'code', JSON.stringify([userId, code]));
    await completeSignIn(services, c, answer, { method: 'second-factor', codeHash });
    await record(c, 'second-factor.added');
    return c.redirect('/account?done=factor', 303);
  });

  router.post('/account/passkey/options', async (c) => {
    const { auth } = await signInLibrary();
    const answer = await auth.api.generatePasskeyRegistrationOptions({
      headers: forLibrary(c),
      asResponse: true,
    });
    return answer.ok ? giveOptions(c, answer) : failOwn(services, c, 'passkey', answer);
  });

  router.post('/account/passkey', async (c) => {
    const response = await passkeyAnswer(c);
    const { auth } = await signInLibrary();
    const answer = await auth.api.verifyPasskeyRegistration({
      ...{ body: { response }, headers: forLibrary(c), asResponse: true },
    });
    if (!answer.ok) return failOwn(services, c, 'passkey', answer);
    await record(c, 'passkey.added');
    return c.json({ added: true });
  });
  return router;
};

// What changes the sign-in is for a browser's own session: no token or key that leaked can add a passkey.
const requireBrowser = async (c: Context<AppEnv>, next: () => Promise<void>): Promise<void> => {
  const credential = c.get('credential');
  if (credential.kind !== 'session' || !credential.byCookie) {
    throw new Condition('AUTHENTICATION_REQUIRED', 'Sign in with a browser.');
  }
  await next();
};

const failOwn = async (
  services: Services,
  c: Context<AppEnv>,
  method: string,
  answer: Response,
): Promise<never> => {
  const subject = { kind: 'person', id: c.get('person').id } as const;
  return fail(services, c, { method, code: await refusalOf(answer), subject });
};
