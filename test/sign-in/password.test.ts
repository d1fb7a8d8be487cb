import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { defaultSessionLimits, type SignInSettings } from '../../api/sign-in/settings.ts';
import { changePerson } from '../../db/own/person-record.ts';
import { startTestApi, type TestApi, testApiOver } from '../support/api.ts';
import { inProcessCases } from '../support/in-process-cases.ts';
import { recordsOf } from '../support/records.ts';
import { type Browser, openBrowser } from './browser.ts';
import { codeOf, giveAccount, password } from './people.ts';

// Guarantee: a password lets in whom it belongs to and nobody else; a session changes at sign-in, ends by itself, by
// signing out and with its account; wrong passwords are slowed down, locked and recorded; the log holds no address.

const origin = 'https://caseloom.example.com';
const signIn: SignInSettings = { mode: 'accounts', origin, demoPeople: false, ...defaultSessionLimits };
let laterMs = 0;
/** Where a test counts within a time, the clock stands still. */
let frozenAtMs: number | undefined;
let api: TestApi;
const browser = (address?: string): Browser => openBrowser(api.app, origin, address);

beforeAll(async () => {
  api = await startTestApi({ now: () => (frozenAtMs ?? Date.now()) + laterMs, signIn });
  for (const person of ['handler', 'lead', 'agent', 'qa', 'legal']) await giveAccount(api, browser(), person);
});
afterAll(() => api.stop());
afterEach(() => {
  laterMs = 0;
  frozenAtMs = undefined;
});

const enter = (visitor: Browser, person: string, form: object = {}) =>
  visitor.post('/sign-in', { form: { email: `${person}@example.com`, password, ...form } });
const me = (visitor: Browser) => visitor.get('/v1/people/me');
const failures = () => recordsOf(api.store).filter(({ type }) => type === 'sign-in.failed');

describe('a password', () => {
  test('signs in: the cookie is for this host, secure, out of reach of scripts, and not for other sites', async () => {
    const visitor = browser();
    const { at, status } = await enter(visitor, 'handler', { next: '/v1/people/me' });
    expect([status, at]).toEqual([200, '/v1/people/me']);
    expect((await me(visitor)).json).toMatchObject({ personId: 'handler' });
    const [cookie] = visitor.received;
    expect(cookie).toMatch(/^__Host-caseloom\.session_token=/);
    for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(part);
    expect(cookie).not.toMatch(/domain=/i);
    const record = recordsOf(api.store).findLast(({ type }) => type === 'sign-in.succeeded');
    expect(record).toMatchObject({ actorId: 'handler', detail: { method: 'password' } });
  });

  test('401: a wrong one and an unknown address are refused alike and recorded, without the address', async () => {
    const before = failures().length;
    const wrong = await enter(browser(), 'lead', { password: 'wrong horse battery staple' });
    const unknown = await enter(browser(), 'somebody-else');
    const { requestId: _, ...problem } = wrong.json;
    expect([wrong.status, problem.code]).toEqual([401, 'SIGN_IN_FAILED']);
    expect(unknown.json).toMatchObject(problem);
    expect(failures().length).toBe(before + 2);
    expect(failures().at(-1)).toMatchObject({
      ...{ actorId: 'nobody', subject: { kind: 'login', id: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      detail: { method: 'password', code: 'SIGN_IN_FAILED' },
    });
    expect(JSON.stringify(recordsOf(api.store))).not.toContain('@example.com');
  });

  test('403: a form of another site, or of nobody, signs nobody in', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const visitor = browser();
      const { status, json } = await visitor.post('/sign-in', {
        ...{ form: { email: 'lead@example.com', password }, headers },
      });
      expect([status, json.code]).toEqual([403, 'ORIGIN_REFUSED']);
      expect(visitor.received).toEqual([]);
    }
  });

  test('goes on to a page of ours only', async () => {
    for (const next of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
    ]) {
      const { headers } = await browser().post('/sign-in', {
        ...{ form: { email: 'handler@example.com', password, next }, follow: false },
      });
      expect(headers.get('location')).toBe('/account');
    }
  });

  test('429: a thousand wrong ones at once and in a row are locked, recorded once each while judged, once as locked', async () => {
    frozenAtMs = Date.now();
    const before = recordsOf(api.store).length;
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) =>
        enter(browser(`198.51.100.${n % 200}`), 'qa', { password: `wrong password ${n}` }),
      ),
    );
    const statuses = Map.groupBy(answers, ({ status }) => status);
    expect([statuses.get(401)?.length, statuses.get(429)?.length]).toEqual([5, 995]);
    const locked = answers.find(({ status }) => status === 429);
    expect(locked?.json.code).toBe('TOO_MANY_TRIES');
    expect(Number(locked?.headers.get('retry-after'))).toBeGreaterThan(0);
    const types = recordsOf(api.store)
      .slice(before)
      .map(({ type }) => type);
    expect(types.toSorted()).toEqual([...Array(5).fill('sign-in.failed'), 'sign-in.locked']);

    // Not even the right one is looked at, and nobody else is locked out.
    expect((await enter(browser('203.0.113.9'), 'qa')).status).toBe(429);
    expect((await enter(browser('203.0.113.9'), 'lead')).status).toBe(200);
    laterMs = 31_000;
    expect((await enter(browser('203.0.113.9'), 'qa', { password: 'wrong once more, sir' })).status).toBe(
      401,
    );
    expect((await enter(browser('203.0.113.9'), 'qa')).status).toBe(429);
    laterMs = 31_000 + 61_000;
    expect((await enter(browser('203.0.113.9'), 'qa')).status).toBe(200);
  });

  test('429: an address that tries a hundred accounts is locked, whatever it says of where it comes from', async () => {
    frozenAtMs = Date.now();
    const visitor = browser('203.0.113.77');
    const from = (n: number) => ({ 'x-forwarded-for': `192.0.2.${n}`, forwarded: `for=192.0.2.${n}` });
    const tokens = await Promise.all(
      Array.from({ length: 98 }, (_, n) =>
        visitor.get('/v1/people/me', { headers: { authorization: `Bearer csk_${n}`, ...from(n) } }),
      ),
    );
    expect(new Set(tokens.map(({ json }) => json.code))).toEqual(new Set(['SERVICE_KEY_INVALID']));
    const answers = [];
    for (let n = 0; n < 4; n += 1) {
      const form = { email: `nobody-${n}@example.com`, password };
      answers.push((await visitor.post('/sign-in', { form, headers: from(n) })).json.code);
    }
    expect(answers).toEqual([...Array(2).fill('SIGN_IN_FAILED'), ...Array(2).fill('TOO_MANY_TRIES')]);
    const refused = await visitor.get('/v1/people/me', { headers: { authorization: 'Bearer csk_more' } });
    expect(refused.status).toBe(429);
  });
});

test('429: behind a proxy, what the proxy added last counts, and what came with the request does not', async () => {
  const { store, folder } = api;
  const behind = { ...signIn, addressHeader: 'x-forwarded-for' };
  const nowMs = Date.now();
  const given = { folder, store, cases: inProcessCases(store), signIn: behind };
  const other = await testApiOver({ ...given, now: () => nowMs });
  const send = (n: number, seen: string) =>
    openBrowser(other.app, origin, '203.0.113.200').get('/v1/people/me', {
      headers: { authorization: `Bearer csk_${n}`, 'x-forwarded-for': `192.0.2.${n}, ${seen}` },
    });
  const answers = await Promise.all(Array.from({ length: 101 }, (_, n) => send(n, '198.51.100.250')));
  expect(answers.filter(({ status }) => status === 429).length).toBe(1);
  expect((await send(1, '198.51.100.251')).status).toBe(401);
});

describe('a session', () => {
  test('changes at each sign-in: the earlier one of this browser is over', async () => {
    const visitor = browser();
    await enter(visitor, 'handler');
    const [name, earlier = ''] = [...visitor.cookies][0] ?? [];
    await enter(visitor, 'handler');
    expect(visitor.cookies.get(name ?? '')).not.toBe(earlier);
    const thief = browser();
    thief.cookies.set(name ?? '', earlier);
    expect((await me(thief)).json).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
    expect((await me(visitor)).status).toBe(200);
  });

  test('ends when idle for half an hour, and after twelve hours of use', async () => {
    const idle = browser();
    await enter(idle, 'handler');
    laterMs = defaultSessionLimits.idleMs - 1_000;
    expect((await me(idle)).status).toBe(200);
    laterMs += defaultSessionLimits.idleMs + 1_000;
    expect((await me(idle)).json.code).toBe('SESSION_ENDED');
    laterMs = 0;
    expect((await me(idle)).json.code).toBe('SESSION_ENDED');

    const busy = browser();
    await enter(busy, 'handler');
    for (
      ;
      laterMs < defaultSessionLimits.absoluteMs - 60_000;
      laterMs += defaultSessionLimits.idleMs - 60_000
    ) {
      expect((await me(busy)).status).toBe(200);
    }
    laterMs = defaultSessionLimits.absoluteMs + 1_000;
    expect((await me(busy)).json.code).toBe('SESSION_ENDED');
  });

  test('ends by signing out, with a record; a forged or changed cookie is none', async () => {
    const visitor = browser();
    await enter(visitor, 'handler');
    const [name = '', value = ''] = [...visitor.cookies][0] ?? [];
    const other = browser();
    const text = decodeURIComponent(value);
    const changed = text.slice(0, 8) + (text[8] === 'X' ? 'Y' : 'X') + text.slice(9);
    for (const forged of [changed, text.split('.')[0] ?? '', `${text}x`]) {
      other.cookies.set(name, encodeURIComponent(forged));
      expect((await me(other)).status).toBe(401);
    }
    expect((await visitor.post('/sign-out')).at).toBe('/sign-in?done=out');
    expect(visitor.cookies.has(name)).toBe(false);
    other.cookies.set(name, value);
    expect((await me(other)).json.code).toBe('SESSION_ENDED');
    expect(recordsOf(api.store).at(-1)).toMatchObject({ type: 'sign-out', actorId: 'handler' });
  });

  test('ends everywhere else on demand', async () => {
    const [here, there] = [browser(), browser()];
    await enter(here, 'handler');
    await enter(there, 'handler');
    expect((await here.post('/account/sign-out-elsewhere')).status).toBe(200);
    expect([(await me(here)).status, (await me(there)).status]).toEqual([200, 401]);
  });

  test('ends with its account, and is not there again when the account is', async () => {
    const visitor = browser();
    await enter(visitor, 'agent');
    const by = { actorId: 'admin', atMs: Date.now() };
    const set = (status: 'active' | 'disabled') =>
      changePerson(api.store, embeddedTenant, 'agent', (person) => ({ ...person, status }), by);
    await set('disabled');
    const refused = await enter(browser(), 'agent');
    expect(refused.json).toMatchObject({ status: 403, code: 'ACCOUNT_DISABLED' });
    await set('active');
    expect((await me(visitor)).json.code).toBe('SESSION_ENDED');
    expect((await enter(visitor, 'agent')).status).toBe(200);
  });

  test('reaches what changes something from our own pages only; a revoked role holds from the next request on', async () => {
    const visitor = browser();
    await enter(visitor, 'lead');
    const send = (headers: Record<string, string>) =>
      visitor.post('/v1/cases', {
        json: { definition: 'none', data: {} },
        headers: { 'idempotency-key': 'k', ...headers },
      });
    const forged = await send({ origin: 'https://evil.example' });
    expect(forged.json).toMatchObject({ status: 403, code: 'ORIGIN_REFUSED' });
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      ...{ type: 'sign-in.failed', subject: { kind: 'person', id: 'lead' } },
      detail: { code: 'ORIGIN_REFUSED' },
    });
    expect((await send({})).json.code).toBe('DEFINITION_UNKNOWN');
    expect((await visitor.get('/v1/people')).status).toBe(200);
    const by = { actorId: 'admin', atMs: Date.now() };
    await changePerson(api.store, embeddedTenant, 'lead', (person) => ({ ...person, memberships: [] }), by);
    expect((await visitor.get('/v1/people')).status).toBe(404);
  });

  test('is taken as a bearer token too; a printed token is not, once people sign in', async () => {
    const visitor = browser();
    await enter(visitor, 'handler');
    const bearer = decodeURIComponent([...visitor.cookies.values()][0] ?? '');
    const headers = { authorization: `Bearer ${bearer}` };
    expect((await browser().get('/v1/people/me', { headers })).json).toMatchObject({ personId: 'handler' });
    const { status, body } = await api.call('handler', 'GET', '/v1/people/me');
    expect([status, body.code]).toEqual([401, 'AUTHENTICATION_REQUIRED']);
  });
});

describe('the second factor', () => {
  test('is asked for once it is set up; its code counts once, and a backup code once', async () => {
    const visitor = browser();
    await enter(visitor, 'legal');
    expect((await visitor.post('/account/second-factor', { form: { password: 'wrong' } })).status).toBe(401);
    const shown = await visitor.post('/account/second-factor', { form: { password } });
    const secret = /<code id="secret">([A-Z2-7]+)</.exec(shown.text)?.[1] ?? '';
    const backup = /<li><code>([^<]+)</.exec(shown.text)?.[1] ?? '';
    expect((await visitor.post('/account/second-factor/confirm', { form: { code: '000000' } })).status).toBe(
      401,
    );
    // The code of this time step is right for one more, and that of the next already now.
    const first = codeOf(secret);
    const confirmed = await visitor.post('/account/second-factor/confirm', { form: { code: first } });
    expect(confirmed.at).toBe('/account?done=factor');
    expect((await me(visitor)).status).toBe(200);
    const types = recordsOf(api.store).map(({ type, actorId }) => `${actorId} ${type}`);
    expect(types.at(-1)).toBe('legal second-factor.added');

    const again = browser();
    const asked = await enter(again, 'legal', { next: '/v1/people/me' });
    expect(asked.at).toMatch(/^\/sign-in\/second-factor\?next=/);
    expect((await me(again)).status).toBe(401);
    const step = (who: Browser, code: string) => who.post('/sign-in/second-factor', { form: { code } });
    expect((await step(again, first)).json).toMatchObject({ status: 401, code: 'SIGN_IN_FAILED' });
    expect((await me(again)).status).toBe(401);
    expect(failures().at(-1)).toMatchObject({
      ...{ subject: { kind: 'person', id: 'legal' } },
      detail: { method: 'second-factor', reason: 'CODE_USED' },
    });
    await enter(again, 'legal');
    expect((await step(again, '000000')).status).toBe(401);
    expect((await step(again, codeOf(secret, 1))).status).toBe(200);
    expect((await me(again)).json).toMatchObject({ personId: 'legal' });
    expect(recordsOf(api.store).at(-1)).toMatchObject({ detail: { method: 'second-factor' } });

    const [third, fourth] = [browser(), browser()];
    await enter(third, 'legal');
    expect((await step(third, backup)).status).toBe(200);
    await enter(fourth, 'legal');
    expect((await step(fourth, backup)).status).toBe(401);
    expect((await step(browser(), codeOf(secret, 1))).status).toBe(401);

    // Guessing: five codes per first step, ten in a row; then not even the right one is taken.
    for (let n = 0; n < 12; n += 1) {
      const guess = browser();
      await enter(guess, 'legal');
      expect((await step(guess, '111111')).status).toBe(401);
    }
    const guesser = browser();
    await enter(guesser, 'legal');
    expect((await step(guesser, codeOf(secret, 1))).status).toBe(401);
    expect((await me(guesser)).status).toBe(401);
  });
});
