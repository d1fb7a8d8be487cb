import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { defaultSessionLimits, embeddedSignIn, type SignInSettings } from '../../api/sign-in/settings.ts';
import { changePerson } from '../../db/own/person-record.ts';
import { startTestApi, type TestApi, testApiOver } from '../support/api.ts';
import { inProcessCases } from '../support/in-process-cases.ts';
import { recordsOf } from '../support/records.ts';
import { type Browser, openBrowser } from './browser.ts';

// Guarantee: the pages read in Chinese and English by keyboard and screen reader, load nothing from elsewhere, and sign
// anybody in as a demo person in the embedded default alone.

const local = 'http://localhost:3000';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ signIn: embeddedSignIn() });
});
afterAll(() => api.stop());
const open = (origin = local): Browser => openBrowser(api.app, origin);
const asPage = { headers: { accept: 'text/html' } };

describe('the sign-in page', () => {
  test('says in either language what it is, and names its fields and messages', async () => {
    const chinese = await open().get('/sign-in', {
      headers: { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' },
    });
    expect(chinese.text).toContain('<html lang="zh-CN">');
    expect(chinese.text).toContain('<h1>登录</h1>');
    expect(chinese.text).toContain('演示人员只存在于此');
    const english = await open().get('/sign-in?lang=en&next=/v1/people/me', {
      headers: { 'accept-language': 'zh' },
    });
    expect(english.text).toContain('<html lang="en">');
    expect(english.text).toContain('They exist here only');
    const fields = [...english.text.matchAll(/<input id="(\w+)"/g)].map(([, id]) => id);
    expect(fields).toEqual(['email', 'password']);
    for (const id of fields) expect(english.text).toContain(`<label for="${id}">`);
    expect(english.text).toContain('<p id="message" role="status">');
    expect(english.text).toContain('href="/sign-in?lang=zh&amp;next=%2Fv1%2Fpeople%2Fme"');
    const refused = await open().get('/sign-in?error=LOGIN_UNKNOWN&lang=en');
    expect(refused.text).toContain(
      '<p id="message" role="alert">Nobody here signs in with this account.</p>',
    );
  });

  test('holds nothing of what was sent to it, and loads nothing from elsewhere', async () => {
    const odd = encodeURIComponent('/"><script>alert(1)</script>');
    const { text, headers } = await open().get(`/sign-in?next=${odd}&error=${odd}&lang=${odd}`);
    expect(text).not.toContain('<script>alert');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(text).not.toMatch(/(?:src|href)="https?:/);
    expect(text).not.toMatch(/<script(?! src="\/sign-in\/passkey\.js")| style=| on\w+=/);
    for (const path of ['/sign-in/style.css', '/sign-in/passkey.js']) {
      expect((await open().get(path)).status).toBe(200);
    }
  });

  test('the page’s script parses', async () => {
    const { text } = await open().get('/sign-in/passkey.js');
    expect(() => new Function(text)).not.toThrow();
  });

  test('a refusal is a page for a reader and a problem for a program', async () => {
    const form = { email: 'nobody@example.com', password: 'x' };
    const page = await open().post('/sign-in', {
      form,
      headers: { ...asPage.headers, 'accept-language': 'zh' },
    });
    expect(page.status).toBe(401);
    expect(page.text).toContain('<p id="message" role="alert">登录信息不正确，请重试。</p>');
    expect((await open().post('/sign-in', { form })).json.code).toBe('SIGN_IN_FAILED');
    expect((await open().get('/account', asPage)).at).toBe('/sign-in?next=%2Faccount');
    expect((await open().get('/account')).json.code).toBe('AUTHENTICATION_REQUIRED');
    const large = { email: 'x'.repeat(70_000), password: 'x' };
    expect((await open().post('/sign-in', { form: large })).status).toBe(413);
  });
});

describe('demo people', () => {
  const enter = (visitor: Browser, person: string, headers: Record<string, string> = {}) =>
    visitor.post('/sign-in/demo', { form: { person, next: '/v1/people/me' }, headers });

  test('one click signs in as one of them, on this machine', async () => {
    for (const origin of [local, 'http://127.0.0.1:3000']) {
      const visitor = open(origin);
      expect((await visitor.get('/sign-in')).text).toContain('name="person" value="handler"');
      expect((await enter(visitor, 'handler')).json).toMatchObject({ personId: 'handler' });
      expect(visitor.received[0]).toMatch(/^caseloom\.session_token=.*HttpOnly; SameSite=Lax$/);
      expect((await visitor.get('/account', asPage)).text).toContain('<strong>Demo handler</strong>');
    }
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      ...{ type: 'sign-in.succeeded', actorId: 'handler', detail: { method: 'demo' } },
    });
    const nobody = await enter(open(), 'nobody');
    expect(nobody.json).toMatchObject({ status: 403, code: 'LOGIN_UNKNOWN' });
  });

  test('a session changes and ends like every other', async () => {
    const visitor = open();
    await enter(visitor, 'handler');
    const earlier = new Map(visitor.cookies);
    await enter(visitor, 'lead');
    const old = open();
    for (const [name, value] of earlier) old.cookies.set(name, value);
    expect((await old.get('/v1/people/me')).json.code).toBe('SESSION_ENDED');
    const by = { actorId: 'admin', atMs: Date.now() };
    const set = (status: 'active' | 'disabled') =>
      changePerson(api.store, embeddedTenant, 'lead', (person) => ({ ...person, status }), by);
    await set('disabled');
    expect((await visitor.get('/v1/people/me')).json.code).toBe('SESSION_ENDED');
    for (const page of ['/account', '/approvals/none']) {
      expect((await visitor.get(page, asPage)).at).toBe(`/sign-in?next=${encodeURIComponent(page)}`);
    }
    expect((await enter(open(), 'lead')).json.code).toBe('LOGIN_UNKNOWN');
    await set('active');
    expect((await visitor.get('/v1/people/me')).json.code).toBe('SESSION_ENDED');
  });

  test('404: by another name of this machine, as a page of another site asks', async () => {
    const rebound = open('http://evil.example:3000');
    expect((await rebound.get('/sign-in')).text).not.toContain('name="person"');
    expect((await enter(rebound, 'admin', { 'sec-fetch-site': 'same-origin' })).status).toBe(404);
    expect((await enter(open(), 'admin', { origin: 'http://evil.example:3000' })).json.code).toBe(
      'ORIGIN_REFUSED',
    );
  });

  test('404: nowhere else; and a session from there is none here', async () => {
    const visitor = open();
    await enter(visitor, 'handler');
    const origin = local;
    const others: SignInSettings[] = [
      { mode: 'accounts', origin, demoPeople: false, ...defaultSessionLimits },
      { ...embeddedSignIn(), demoPeople: false },
      { mode: 'accounts', origin, demoPeople: true, ...defaultSessionLimits },
    ];
    for (const signIn of others) {
      const { store, folder } = api;
      const other = await testApiOver({ folder, store, cases: inProcessCases(store), signIn });
      const there = openBrowser(other.app, origin);
      expect((await there.post('/sign-in/demo', { form: { person: 'admin' } })).status).toBe(404);
      expect((await there.get('/sign-in')).text).not.toContain('name="person"');
      for (const [name, value] of visitor.cookies) there.cookies.set(name, value);
      const status = signIn.mode === 'accounts' ? 401 : 200;
      expect((await there.get('/v1/people/me')).status).toBe(status);
    }
  });
});
