import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultSessionLimits, type SignInSettings } from '../../api/sign-in/settings.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';
import { type Authenticator, softwareAuthenticator } from './authenticator.ts';
import { type Browser, openBrowser } from './browser.ts';
import { giveAccount, password } from './people.ts';

// Guarantee: a passkey signs in whom it was added by, at this address, once per challenge, and only where its device
// has checked who uses it.

const origin = 'https://caseloom.example.com';
const signIn: SignInSettings = { mode: 'accounts', origin, demoPeople: false, ...defaultSessionLimits };
let api: TestApi;
let visitor: Browser;

beforeAll(async () => {
  api = await startTestApi({ signIn });
  visitor = openBrowser(api.app, origin);
  const email = await giveAccount(api, visitor, 'handler');
  await visitor.post('/sign-in', { form: { email, password } });
});
afterAll(() => api.stop());

const add = async (passkey: Authenticator, at = origin) => {
  const { json } = await visitor.post('/account/passkey/options');
  return visitor.post('/account/passkey', { json: { response: passkey.register(json, at) } });
};
const challenge = async (browser: Browser) => (await browser.post('/sign-in/passkey/options')).json;
const enter = async (browser: Browser, passkey: Authenticator, at = origin) => {
  const response = passkey.signIn(await challenge(browser), at);
  return { response, answer: await browser.post('/sign-in/passkey', { json: { response } }) };
};

test('a passkey is added by a signed-in person and signs in alone', async () => {
  const passkey = softwareAuthenticator();
  expect((await add(passkey)).json).toEqual({ added: true });
  expect(recordsOf(api.store).at(-1)).toMatchObject({ type: 'passkey.added', actorId: 'handler' });

  const elsewhere = openBrowser(api.app, origin);
  const options = await challenge(elsewhere);
  expect(options).toMatchObject({ rpId: 'caseloom.example.com', userVerification: 'required' });
  const { response, answer } = await enter(elsewhere, passkey);
  expect([answer.status, answer.json]).toEqual([200, { personId: 'handler' }]);
  expect((await elsewhere.get('/v1/people/me')).json).toMatchObject({
    ...{ personId: 'handler', signedInBy: 'session', hasSecondFactor: true },
  });
  expect((await visitor.get('/v1/people/me')).json).toMatchObject({ hasSecondFactor: false });
  expect(recordsOf(api.store).at(-1)).toMatchObject({
    ...{ type: 'sign-in.succeeded', actorId: 'handler', detail: { method: 'passkey' } },
  });

  // The same answer again, with the cookies of then, is no second sign-in.
  const replayed = await elsewhere.post('/sign-in/passkey', { json: { response } });
  expect(replayed.json).toMatchObject({ status: 401, code: 'SIGN_IN_FAILED' });
});

test('401: a passkey of nobody, for another address, or of a device that has not checked who uses it', async () => {
  const known = softwareAuthenticator();
  await add(known);
  const fresh = () => openBrowser(api.app, origin);
  for (const { answer } of [
    await enter(fresh(), softwareAuthenticator()),
    await enter(fresh(), known, 'https://caseloom.example.org'),
  ]) {
    expect(answer.json).toMatchObject({ status: 401, code: 'SIGN_IN_FAILED' });
  }
  expect(recordsOf(api.store).at(-1)).toMatchObject({
    type: 'sign-in.failed',
    detail: { method: 'passkey' },
  });

  expect((await add(softwareAuthenticator({ verifies: false }))).status).toBe(401);
  expect((await add(softwareAuthenticator(), 'https://caseloom.example.org')).status).toBe(401);
});

test('401: nobody adds a passkey who is not signed in, nor with a token', async () => {
  const stranger = openBrowser(api.app, origin);
  expect((await stranger.post('/account/passkey/options')).status).toBe(401);
  const bearer = decodeURIComponent(
    [...visitor.cookies].find(([name]) => name.includes('session'))?.[1] ?? '',
  );
  const headers = { authorization: `Bearer ${bearer}` };
  expect((await stranger.post('/account/passkey/options', { headers })).json.code).toBe(
    'AUTHENTICATION_REQUIRED',
  );
});

test('422: what is no answer of a passkey', async () => {
  for (const json of [{}, { response: 'x' }, { response: { id: 5 } }]) {
    expect((await visitor.post('/sign-in/passkey', { json })).json.code).toBe('INPUT_INVALID');
  }
  const odd = {
    response: { id: 'x', rawId: 'x', type: 'public-key', response: {}, clientExtensionResults: {} },
  };
  expect((await visitor.post('/sign-in/passkey', { json: odd })).status).toBe(401);
});
