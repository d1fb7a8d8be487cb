import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import { Condition } from '../problem.ts';
import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { requireCalmAddress } from './failures.ts';
import { requirePasswords } from './password-routes.ts';
import { completeSignIn, fail, forLibrary, passCookies, refusalOf } from './steps.ts';

/** What the browser answers to a passkey's challenge; the library looks into it. */
const PasskeyAnswer = z.object({ response: z.looseObject({ id: z.string().max(2_000) }) });

/** @throws Condition for a body that is no answer of a passkey */
export const passkeyAnswer = async (c: Context<AppEnv>): Promise<Record<string, unknown>> => {
  const parsed = PasskeyAnswer.safeParse(await c.req.json().catch(() => undefined));
  if (!parsed.success) throw new Condition('INPUT_INVALID', 'This is no answer of a passkey.');
  return parsed.data.response;
};

/** A challenge as it goes to the browser: its device has to ask for a PIN or a finger. */
export const giveOptions = async (c: Context<AppEnv>, answer: Response): Promise<Response> => {
  passCookies(c, answer);
  const options = (await answer.json()) as Record<string, unknown>;
  c.header('cache-control', 'no-store');
  return c.json('user' in options ? options : { ...options, userVerification: 'required' });
};

/** Signing in with a passkey alone, which proves two factors. */
export const passkeyRoutes = (services: Services): Router => {
  const { signInLibrary } = services;
  const router = newRouter();

  router.post('/sign-in/passkey/options', async (c) => {
    requirePasswords(services);
    const { auth } = await signInLibrary();
    return giveOptions(
      c,
      await auth.api.generatePasskeyAuthenticationOptions({ headers: new Headers(), asResponse: true }),
    );
  });

  router.post('/sign-in/passkey', async (c) => {
    requirePasswords(services);
    const response = await passkeyAnswer(c);
    await requireCalmAddress(services, c);
    const { auth } = await signInLibrary();
    const verify = auth.api.verifyPasskeyAuthentication;
    // The library checks every part of it.
    const body = { response } as unknown as NonNullable<Parameters<typeof verify>[0]>['body'];
    const answer = await verify({ body, headers: forLibrary(c), asResponse: true });
    if (!answer.ok) {
      return fail(services, c, { method: 'passkey', code: await refusalOf(answer) });
    }
    const person = await completeSignIn(services, c, answer, { method: 'passkey' });
    return c.json({ personId: person.id });
  });
  return router;
};
