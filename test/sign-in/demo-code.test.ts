import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { demoCode, oneTimeCode } from '../../api/sign-in/demo-code.ts';
import { defaultSessionLimits, embeddedSignIn } from '../../api/sign-in/settings.ts';
import { demoCodeOf } from '../../cli/demo/demo-code-of.ts';
import { startTestApi, type TestApi, testApiOver } from '../support/api.ts';
import { inProcessCases } from '../support/in-process-cases.ts';
import { recordsOf } from '../support/records.ts';
import { type Browser, openBrowser } from './browser.ts';
import { giveAccount, password } from './people.ts';

// Guarantee: a demo person proves a second factor by a one-time code of their own, in the embedded default alone.

const origin = 'http://localhost:3000';
let api: TestApi;
let nowMs = Date.now();
beforeAll(async () => {
  api = await startTestApi({ signIn: embeddedSignIn(), now: () => nowMs });
});
afterAll(() => api.stop());
// A code counts once, so each test has a time of its own.
beforeEach(() => {
  nowMs += 600_000;
});

const settings = () => ({ home: api.folder, signIn: embeddedSignIn() });
const clicked = async (person: string, app = api.app): Promise<Browser> => {
  const visitor = openBrowser(app, origin);
  await visitor.post('/sign-in/demo', { form: { person, next: '/v1/people/me' } });
  return visitor;
};
const give = (visitor: Browser, code: string) =>
  visitor.post('/sign-in/demo/code', { form: { code, next: '/v1/people/me' } });
const isProved = async (visitor: Browser): Promise<boolean> =>
  (await visitor.get('/sign-in/step-up?next=/v1/people/me')).at === '/v1/people/me';

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [20_000_000_000, '353130'],
])('the code is that of RFC 6238: at second %i', (second, code) => {
  expect(oneTimeCode(Buffer.from('12345678901234567890'), second * 1_000)).toBe(code);
});

describe('in the embedded default', () => {
  test('the pages say what prints the code, and with it the session has a second factor', async () => {
    const visitor = await clicked('head-office');
    const page = await visitor.get('/sign-in?lang=en');
    expect(page.text).toContain('<code>npx caseloom demo code head-office</code>');
    const asked = await visitor.get('/sign-in/step-up?next=/v1/people/me&lang=en');
    expect(asked.text).toContain('<code>npx caseloom demo code head-office</code>');
    expect(asked.text).toContain('action="/sign-in/demo/code"');
    const code = await demoCodeOf(settings(), 'head-office', nowMs);
    expect(code).toMatch(/^\d{6}$/);
    expect((await give(visitor, ` ${code.slice(0, 3)} ${code.slice(3)}`)).json).toMatchObject({
      personId: 'head-office',
    });
    expect(await isProved(visitor)).toBe(true);
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      ...{ type: 'sign-in.succeeded', actorId: 'head-office', detail: { method: 'second-factor' } },
    });
    // It was good for this once, and for nobody else.
    const again = await clicked('head-office');
    expect((await give(again, code)).json.code).toBe('SIGN_IN_FAILED');
    const other = await clicked('manager');
    expect((await give(other, code)).json.code).toBe('SIGN_IN_FAILED');
    expect(await isProved(other)).toBe(false);
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      ...{ type: 'sign-in.failed', subject: { id: 'manager' }, detail: { method: 'second-factor' } },
    });
  });

  test('a code of the half minute before or after is right, a later one is not', async () => {
    for (const [steps, proved] of [
      [-1, true],
      [1, true],
      [2, false],
      [-2, false],
    ] as const) {
      const visitor = await clicked('lead');
      await give(visitor, demoCode(api.vault, 'lead', nowMs + steps * 30_000));
      expect(await isProved(visitor)).toBe(proved);
    }
  });

  test('after ten wrong codes further ones wait, the right one too', async () => {
    const visitor = await clicked('adjuster');
    const wrong = demoCode(api.vault, 'somebody else', nowMs);
    for (let n = 0; n < 10; n += 1) {
      expect((await give(visitor, wrong)).json.code).toBe('SIGN_IN_FAILED');
    }
    expect((await give(visitor, wrong)).json.code).toBe('TOO_MANY_TRIES');
    expect((await give(visitor, demoCode(api.vault, 'adjuster', nowMs))).json.code).toBe('TOO_MANY_TRIES');
    nowMs += 16 * 60_000;
    await give(visitor, demoCode(api.vault, 'adjuster', nowMs));
    expect(await isProved(visitor)).toBe(true);
  });

  test('who signed in with a password proves a factor of their own', async () => {
    const visitor = openBrowser(api.app, origin);
    const email = await giveAccount(api, visitor, 'legal', { nowMs });
    await visitor.post('/sign-in', { form: { email, password } });
    const asked = await visitor.get('/sign-in/step-up?lang=en');
    expect(asked.text).not.toContain('/sign-in/demo/code');
    const code = demoCode(api.vault, 'legal', nowMs);
    expect((await give(visitor, code)).json.code).toBe('SIGN_IN_FAILED');
    expect(await isProved(visitor)).toBe(false);
  });

  test('nobody without a session, or by another name of the machine', async () => {
    const code = demoCode(api.vault, 'lead', nowMs);
    expect((await give(openBrowser(api.app, origin), code)).json.code).toBe('AUTHENTICATION_REQUIRED');
    const form = { code, next: '/account' };
    const rebound = openBrowser(api.app, 'http://evil.example:3000');
    const headers = { 'sec-fetch-site': 'same-origin' };
    expect((await rebound.post('/sign-in/demo/code', { form, headers })).status).toBe(404);
  });
});

test('elsewhere there is neither the code nor the way to give it', async () => {
  const signIn = { mode: 'accounts', origin, demoPeople: true, ...defaultSessionLimits } as const;
  await expect(demoCodeOf({ home: api.folder, signIn }, 'lead', nowMs)).rejects.toThrow(
    'People sign in for real here (signIn.mode: accounts), so nobody’s code is printed',
  );
  const { store, folder } = api;
  const now = (): number => nowMs;
  const other = await testApiOver({ folder, store, cases: inProcessCases(store), signIn, now });
  const visitor = await clicked('lead');
  const there = openBrowser(other.app, origin);
  for (const [name, value] of visitor.cookies) there.cookies.set(name, value);
  expect((await give(there, demoCode(api.vault, 'lead', nowMs))).status).toBe(404);
});

test('there is none for who is no demo person', async () => {
  await expect(demoCodeOf(settings(), 'nobody', nowMs)).rejects.toThrow('There is no person "nobody"');
  const person = { personId: 'hired', name: 'Hired', roles: ['agent'] };
  expect((await api.call('admin', 'POST', '/v1/people', person)).status).toBe(201);
  await expect(demoCodeOf(settings(), 'hired', nowMs)).rejects.toThrow('hired is no demo person');
});
