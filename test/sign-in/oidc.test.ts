import { createHmac, randomUUID } from 'node:crypto';
import { exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { defaultSessionLimits, type OidcSettings, type SignInSettings } from '../../api/sign-in/settings.ts';
import { addLogin, removeLogins } from '../../db/own/logins.ts';
import { changePerson } from '../../db/own/person-record.ts';
import { startTestApi, type TestApi, testApiOver } from '../support/api.ts';
import { inProcessCases } from '../support/in-process-cases.ts';
import { recordsOf } from '../support/records.ts';
import { type Browser, openBrowser } from './browser.ts';
import { type RunningProvider, startProvider, typeName } from './provider.ts';

// Guarantee: with an identity provider, people are who its verified tokens say by issuer and subject, and nobody else:
// no forged, expired, foreign or re-directed token lets anybody in, and each that is refused is recorded.

const origin = 'https://caseloom.example.com';
const callback = `${origin}/sign-in/library/callback/oidc`;
let provider: RunningProvider;
let signIn: SignInSettings;
let api: TestApi;
let oidc: OidcSettings;

beforeAll(async () => {
  provider = await startProvider(callback);
  const { issuer, clientId, clientSecret, audience } = provider;
  oidc = {
    ...{ issuer, clientId, clientSecret, audience, clockToleranceS: 5 },
    ...{ algorithms: ['RS256'], scopes: ['openid'] },
  };
  signIn = { mode: 'oidc', origin, demoPeople: false, ...defaultSessionLimits, oidc };
  api = await startTestApi({ signIn });
  const by = { actorId: 'operator', atMs: Date.now() };
  for (const [subject, personId] of [
    ['sub-7', 'handler'],
    ['sub-8', 'lead'],
    ['sub-9', 'qa'],
    ['sub-10-mfa', 'legal'],
  ] as const) {
    await addLogin(api.store, embeddedTenant, { issuer, subject, personId }, by);
  }
});
afterAll(async () => {
  await api.stop();
  await provider.stop();
});

const open = (): Browser => openBrowser(api.app, origin);
const last = () => recordsOf(api.store).at(-1);
const enter = async (visitor: Browser, login: string, next = '/v1/people/me') => {
  const first = await visitor.get(`/sign-in/oidc?next=${next}`, { stopAt: callback });
  const back = await typeName(visitor, first, login, callback);
  return { back, page: await visitor.get(back.slice(origin.length)) };
};

describe('signing in at the provider', () => {
  test('tells by the ID token whether a second factor was proved there', async () => {
    const [one, two] = [open(), open()];
    expect((await enter(one, 'sub-7')).page.json).toMatchObject({ hasSecondFactor: false });
    expect((await enter(two, 'sub-10-mfa')).page.json).toMatchObject({ hasSecondFactor: true });
    expect(last()).toMatchObject({ actorId: 'legal', detail: { method: 'oidc-two-factors' } });
    const to = '/sign-in/step-up?next=/v1/people/me&lang=en';
    expect((await two.get(to)).at).toBe('/v1/people/me');
    expect((await one.get(to)).text).toContain('href="/sign-in/oidc?next=%2Fv1%2Fpeople%2Fme"');
  });

  test('lets in whom its subject is tied to, by code, PKCE, state and nonce', async () => {
    const visitor = open();
    expect((await visitor.get('/sign-in?lang=en')).text).toContain('href="/sign-in/oidc?next=');
    expect((await visitor.get('/sign-in')).text).not.toContain('type="password"');
    const { page } = await enter(visitor, 'sub-7');
    expect(page.at).toBe('/v1/people/me');
    expect(page.json).toMatchObject({ personId: 'handler' });
    const asked = provider.asked.find((url) => url.searchParams.get('client_id') === 'caseloom');
    expect(Object.fromEntries(asked?.searchParams ?? [])).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', redirect_uri: callback },
      state: expect.stringMatching(/.{20,}/),
      nonce: expect.stringMatching(/.{20,}/),
    });
    expect(last()).toMatchObject({
      type: 'sign-in.succeeded',
      actorId: 'handler',
      detail: { method: 'oidc' },
    });
    const kept = api.store.sqlite.prepare('select * from sign_in_accounts').all();
    expect(JSON.stringify(kept)).not.toMatch(/eyJ/);
    const session = visitor.received.findLast((each) => each.startsWith('__Host-caseloom.session_token='));
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(session).toContain(part);
    expect((await visitor.post('/sign-out')).at).toBe('/sign-in?done=out');
    expect((await visitor.get('/v1/people/me')).status).toBe(401);
  });

  test('refuses a subject that is nobody here, and one whose account is disabled', async () => {
    const visitor = open();
    const { page } = await enter(visitor, 'sub-unknown');
    expect(page.at).toBe('/sign-in?error=LOGIN_UNKNOWN');
    expect((await visitor.get('/v1/people/me')).status).toBe(401);
    expect(last()).toMatchObject({
      type: 'sign-in.failed',
      detail: { method: 'oidc', code: 'LOGIN_UNKNOWN' },
    });
    // A subject that looks like a person of ours is still nobody.
    expect((await enter(open(), 'admin')).page.at).toBe('/sign-in?error=LOGIN_UNKNOWN');

    const by = { actorId: 'admin', atMs: Date.now() };
    const set = (status: 'active' | 'disabled') =>
      changePerson(api.store, embeddedTenant, 'lead', (person) => ({ ...person, status }), by);
    const there = open();
    await enter(there, 'sub-8');
    await set('disabled');
    expect((await there.get('/v1/people/me')).json.code).toBe('SESSION_ENDED');
    expect((await enter(open(), 'sub-8')).page.at).toBe('/sign-in?error=ACCOUNT_DISABLED');
    await set('active');
  });

  test('refuses an answer without its state, of another browser, or twice', async () => {
    const [mine, theirs] = [open(), open()];
    const first = await mine.get('/sign-in/oidc');
    const back = await typeName(mine, first, 'sub-7', callback);
    const path = back.slice(origin.length);
    expect((await theirs.get(path)).at).toMatch(/^\/sign-in\?error=SIGN_IN_FAILED/);
    expect((await theirs.get('/v1/people/me')).status).toBe(401);
    expect((await mine.get(path.replace(/state=[^&]+/, 'state=another'))).at).toContain(
      'error=SIGN_IN_FAILED',
    );
    expect((await mine.get('/sign-in/library/callback/oidc?code=x')).at).toContain('error=SIGN_IN_FAILED');
    expect(last()).toMatchObject({
      type: 'sign-in.failed',
      detail: { method: 'oidc', code: 'SIGN_IN_FAILED' },
    });

    const { back: used } = await enter(mine, 'sub-7');
    expect((await mine.get(used.slice(origin.length))).at).toContain('error=SIGN_IN_FAILED');
  });

  test('leaves no other way in: no password, no passkey, no demo person, none of the library’s own routes', async () => {
    const visitor = open();
    const form = { email: 'handler@example.com', password: 'x', person: 'admin', code: 'x' };
    for (const path of ['/sign-in', '/sign-in/demo', '/sign-in/invitation', '/sign-in/passkey/options']) {
      expect((await visitor.post(path, { form })).status).toBe(404);
    }
    for (const path of ['sign-up/email', 'sign-in/email', 'sign-in/social', 'get-session', 'ok']) {
      expect((await visitor.post(`/sign-in/library/${path}`, { json: form })).status).toBe(404);
      expect((await visitor.get(`/sign-in/library/${path}`)).status).toBe(404);
    }
  });

  test('a login that is taken away ends its sessions', async () => {
    const visitor = open();
    await enter(visitor, 'sub-9');
    expect((await visitor.get('/v1/people/me')).status).toBe(200);
    const by = { actorId: 'admin', atMs: Date.now() };
    await removeLogins(api.store, embeddedTenant, { personId: 'qa', issuer: provider.issuer }, by);
    expect((await visitor.get('/v1/people/me')).json.code).toBe('SESSION_ENDED');
    expect((await enter(open(), 'sub-9')).page.at).toBe('/sign-in?error=LOGIN_UNKNOWN');
  });
});

describe('an access token', () => {
  const nowS = () => Math.floor(Date.now() / 1000);
  const claims = (changes: object = {}) => ({
    ...{ iss: provider.issuer, aud: provider.audience, sub: 'sub-7', iat: nowS(), exp: nowS() + 600 },
    ...{ client_id: 'native', jti: randomUUID() },
    ...changes,
  });
  const send = (token: string) =>
    open().get('/v1/people/me', { headers: { authorization: `Bearer ${token}` } });

  test('of the provider is taken; another person’s is another person', async () => {
    const token = await provider.accessTokenOf(open(), 'sub-7');
    expect(token.split('.').length).toBe(3);
    expect((await send(token)).json).toMatchObject({ personId: 'handler' });
    expect((await send(await provider.accessTokenOf(open(), 'sub-8'))).json).toMatchObject({
      personId: 'lead',
    });
    const factors = async (amr: unknown) =>
      (await send(await provider.sign(claims({ amr })))).json.hasSecondFactor;
    expect([await factors(['pwd', 'mfa']), await factors(['pwd']), await factors('mfa')]).toEqual([
      ...[true, false, false],
    ]);
    expect((await send(await provider.sign(claims()))).status).toBe(200);
  });

  const other = (changes: object) => async () => provider.sign(claims(changes));
  test.each<[string, string, string, () => Promise<string>]>([
    ['expired', 'TOKEN_EXPIRED', 'expired', other({ iat: 1_700_000_000, exp: 1_700_000_600 })],
    ['expired beyond the clock’s tolerance', 'TOKEN_EXPIRED', 'expired', other({ exp: 1 })],
    ['without expiry', 'TOKEN_INVALID', 'expiry', other({ exp: undefined })],
    ['not valid yet', 'TOKEN_INVALID', 'not-yet-valid', other({ nbf: 4_000_000_000 })],
    ['of another issuer', 'TOKEN_INVALID', 'issuer', other({ iss: 'https://evil.example' })],
    ['for another audience', 'TOKEN_INVALID', 'audience', other({ aud: 'https://other.example/api' })],
    ['for the client: an ID token', 'TOKEN_INVALID', 'audience', other({ aud: 'caseloom' })],
    ['of nobody', 'TOKEN_INVALID', 'subject', other({ sub: undefined })],
    [
      'signed with another key of the same name',
      'TOKEN_INVALID',
      'signature',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'RS256', kid: 'provider-key' })
          .sign((await generateKeyPair('RS256')).privateKey),
    ],
    [
      'signed with a key that the provider does not have',
      'TOKEN_INVALID',
      'key',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'RS256', kid: 'mine' })
          .sign((await generateKeyPair('RS256')).privateKey),
    ],
    [
      'signed with an algorithm that is not taken',
      'TOKEN_INVALID',
      'algorithm',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'ES256', kid: 'provider-key' })
          .sign((await generateKeyPair('ES256')).privateKey),
    ],
    ['unsigned', 'TOKEN_INVALID', 'algorithm', async () => `${part({ alg: 'none' })}.${part(claims())}.`],
    [
      'signed with the public key as a secret',
      'TOKEN_INVALID',
      'algorithm',
      async () => {
        const secret = await exportSPKI(
          (await importJWK(provider.publicJwk, 'RS256')) as Parameters<typeof exportSPKI>[0],
        );
        const content = `${part({ alg: 'HS256', kid: 'provider-key' })}.${part(claims())}`;
        return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
      },
    ],
    [
      'changed after it was signed',
      'TOKEN_INVALID',
      'signature',
      async () => {
        const [header, , signature] = (await provider.sign(claims())).split('.');
        return `${header}.${part(claims({ sub: 'sub-8' }))}.${signature}`;
      },
    ],
    ['in no form', 'TOKEN_INVALID', 'form', async () => 'x.y.z'],
  ])('401: %s', async (_, code, reason, make) => {
    const { status, json, headers } = await send(await make());
    expect([status, json.code]).toEqual([401, code]);
    expect(headers.get('www-authenticate')).toContain('Bearer');
    expect(last()).toMatchObject({
      ...{ type: 'sign-in.failed', actorId: 'nobody' },
      detail: { method: 'access-token', code, reason, requestId: json.requestId },
    });
    expect(JSON.stringify(last())).not.toContain('sub-');
  });

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test('403: of a subject that is nobody here; of an account that is disabled, from the next request on', async () => {
    const unknown = await send(await provider.sign(claims({ sub: 'admin' })));
    expect(unknown.json).toMatchObject({ status: 403, code: 'LOGIN_UNKNOWN' });
    const token = await provider.sign(claims({ sub: 'sub-8' }));
    expect((await send(token)).status).toBe(200);
    const by = { actorId: 'admin', atMs: Date.now() };
    const set = (status: 'active' | 'disabled') =>
      changePerson(api.store, embeddedTenant, 'lead', (person) => ({ ...person, status }), by);
    await set('disabled');
    expect((await send(token)).json).toMatchObject({ status: 403, code: 'ACCOUNT_DISABLED' });
    expect(last()).toMatchObject({
      subject: { kind: 'person', id: 'lead' },
      detail: { code: 'ACCOUNT_DISABLED' },
    });
    await set('active');
  });

  test('503: while the provider’s keys cannot be had nobody is let in, and a start needs no provider', async () => {
    const { store, folder } = api;
    const away = { ...signIn, oidc: { ...oidc, issuer: 'http://127.0.0.1:9' } };
    const other = await testApiOver({ folder, store, cases: inProcessCases(store), signIn: away });
    const visitor = openBrowser(other.app, origin);
    const token = await provider.sign(claims());
    const headers = { authorization: `Bearer ${token}` };
    const refused = await visitor.get('/v1/people/me', { headers });
    expect([refused.status, refused.json.code]).toEqual([503, 'IDENTITY_PROVIDER_AWAY']);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await visitor.get('/sign-in/oidc')).json.code).toBe('IDENTITY_PROVIDER_AWAY');
    expect((await visitor.get('/healthz')).status).toBe(200);
  });
});
