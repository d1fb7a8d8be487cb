import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../api/server.ts';
import { projectFolder } from '../../cli/project-folder.ts';
import { loadSettings } from '../../cli/settings.ts';
import { apiSignIn } from '../../cli/sign-in-settings.ts';
import { parseTemporalFile } from '../../cli/temporal-file.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: a real sign-in is configured by file and environment, and never half; where it is, no token is printed.

const folder = mkdtempSync(join(tmpdir(), 'caseloom-sign-in-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = readFileSync(join(projectFolder, 'temporal.yaml'), 'utf8');
const oidc = 'oidc: {issuer: "https://id.example.com", clientId: web, audience: "https://c.example.com/api"}';
const withSection = (section: string): string => `${text}\nsignIn: {${section}}\n`;
const problemOf = (section: string): string => {
  try {
    parseTemporalFile(withSection(section), 'temporal.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};
const settingsOf = (section: string, env: NodeJS.ProcessEnv = {}) => {
  const file = join(folder, 'temporal.yaml');
  writeFileSync(file, withSection(section));
  return loadSettings({ CASELOOM_TEMPORAL_YAML: file, ...env });
};

describe('settings', () => {
  test('the embedded default has demo people for whoever sits at the machine; nothing else has', () => {
    const people = (env: NodeJS.ProcessEnv) => {
      const { mode, demoPeople } = apiSignIn(loadSettings(env));
      return [mode, demoPeople];
    };
    expect(people({})).toEqual(['demo', true]);
    expect(people({ HOST: '0.0.0.0' })).toEqual(['demo', false]);
    expect(people({ TEMPORAL_ADDRESS: 'temporal.example.com:7233' })).toEqual(['accounts', false]);
    expect(people({ CASELOOM_SIGN_IN: 'accounts' })).toEqual(['accounts', false]);
    expect(people({ CASELOOM_SIGN_IN: 'demo', TEMPORAL_ADDRESS: 't.example.com:7233' })).toEqual([
      'demo',
      false,
    ]);
    expect(loadSettings({ PORT: '4100' }).signIn).toEqual({
      ...{ mode: 'demo', origin: 'http://localhost:4100', idleMs: 1_800_000, absoluteMs: 43_200_000 },
    });
  });

  test('a provider is taken with its secret from the environment, and a missing one is named', () => {
    const section = `mode: oidc, origin: "https://c.example.com", ${oidc.replace('}', ', clientSecretEnv: SECRET}')}`;
    const settings = settingsOf(section);
    expect(apiSignIn(settings, { SECRET: 'abc' }).oidc).toEqual({
      ...{ issuer: 'https://id.example.com', clientId: 'web', audience: 'https://c.example.com/api' },
      ...{ algorithms: ['RS256'], clockToleranceS: 30, scopes: ['openid'], clientSecret: 'abc' },
    });
    expect(() => apiSignIn(settings, {})).toThrow('SECRET: is not set');
    expect(settingsOf(section, { CASELOOM_SIGN_IN: 'accounts' }).signIn).not.toHaveProperty('oidc');
    const behind = settingsOf('mode: accounts, addressHeader: x-real-ip');
    expect(apiSignIn(behind, {}).addressHeader).toBe('x-real-ip');
  });

  test.each([
    ['an origin with a path', 'origin: "https://c.example.com/x"', 'signIn.origin'],
    ['plain HTTP for others than this machine', 'origin: "http://c.example.com"', 'signIn.origin'],
    ['a mode without its provider', 'mode: oidc', 'signIn.oidc'],
    ['a mode that there is not', 'mode: open', 'signIn.mode'],
    ['a symmetric algorithm', oidc.replace('}', ', algorithms: [HS256]}'), 'signIn.oidc.algorithms'],
    ['no signature at all', oidc.replace('}', ', algorithms: [none]}'), 'signIn.oidc.algorithms'],
    ['the client as audience', oidc.replace('"https://c.example.com/api"', 'web'), 'signIn.oidc.audience'],
    ['a provider over plain HTTP', oidc.replace('https://id', 'http://id'), 'signIn.oidc.issuer'],
    ['an address header of another form', 'addressHeader: "X Forwarded"', 'signIn.addressHeader'],
    ['a secret itself', oidc.replace('}', ', clientSecret: abc}'), 'clientSecret'],
  ])('refuses %s', (_, section, where) => {
    expect(problemOf(section)).toContain(where);
  });

  test('refuses a wrong mode in the environment', () => {
    expect(() => loadSettings({ CASELOOM_SIGN_IN: 'open' })).toThrow('CASELOOM_SIGN_IN: "open" is none of');
    expect(() => loadSettings({ CASELOOM_SIGN_IN: 'oidc' })).toThrow('needs signIn.oidc');
  });
});

describe('the command line', () => {
  let api: Awaited<ReturnType<typeof startTestApi>>;
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    api = await startTestApi();
    server = await startServer(api.app, { host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await server.stop();
    await api.stop();
  });
  const caseloom = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(
        process.execPath,
        [join(projectFolder, 'cli/bin.mjs'), ...args],
        { env: { ...process.env, CASELOOM_HOME: api.folder, PORT: String(server.port), ...env } },
        (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });

  test('token: refuses where people sign in for real', async () => {
    const [refused, asPerson] = await Promise.all([
      caseloom(['token', 'handler'], { CASELOOM_SIGN_IN: 'accounts' }),
      caseloom(['case', 'list', '--as', 'handler'], { CASELOOM_SIGN_IN: 'accounts' }),
    ]);
    for (const { code, out, err } of [refused, asPerson]) {
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain('People sign in for real here (signIn.mode: accounts)');
    }
  });

  test('service-key: makes, lists and revokes; the key works in between, for other commands too', async () => {
    const make = ['service-key', 'create', '--name', 'Sync', '--roles', 'handler', '--scopes', 'cases:read'];
    const made = await caseloom(make);
    expect([made.code, made.err]).toEqual([0, '']);
    expect(made.out).toMatch(/^csk_[0-9a-f]{12}_[\w-]{43}\n$/);
    const key = made.out.trim();
    const keyId = key.slice(4, 16);
    const send = () =>
      fetch(`http://127.0.0.1:${server.port}/v1/cases`, { headers: { authorization: `Bearer ${key}` } });
    expect((await send()).status).toBe(200);
    const [listed, cases] = await Promise.all([
      caseloom(['service-key', 'list']),
      caseloom(['case', 'list'], { CASELOOM_TOKEN: key }),
    ]);
    expect(listed.out).toMatch(new RegExp(`${keyId}  until .*  Sync  roles handler  scopes cases:read`));
    expect(cases.code).toBe(0);
    expect((await caseloom(['service-key', 'revoke', keyId])).out).toBe(`${keyId} revoked\n`);
    expect((await send()).status).toBe(401);
    const wrong = await Promise.all([
      caseloom(['service-key', 'revoke', 'none']),
      caseloom([...make.slice(0, -1), 'all:write']),
      caseloom([...make, '--days', '4000']),
      caseloom(make.with(5, 'emperor')),
    ]);
    expect(wrong.map(({ code, out }) => [code, out])).toEqual(Array(4).fill([2, '']));
  });

  test('login: invites, adds, lists and removes', async () => {
    const env = { CASELOOM_SIGN_IN: 'accounts' };
    const invited = await caseloom(['login', 'invite', 'qa', '--email', 'qa@example.com'], env);
    expect(invited.out).toMatch(/^http:\/\/localhost:\d+\/sign-in\/invitation\?code=[\w-]{32}\n$/);
    const issuer = ['--issuer', 'https://id.example.com'];
    expect((await caseloom(['login', 'add', 'qa', ...issuer, '--subject', 's1'], env)).code).toBe(0);
    expect((await caseloom(['login', 'add', 'lead', ...issuer, '--subject', 's1'], env)).code).toBe(1);
    expect((await caseloom(['login', 'list', 'qa'], env)).out).toBe('https://id.example.com  s1\n');
    expect((await caseloom(['login', 'remove', 'qa', ...issuer], env)).out).toBe('1 removed\n');
    expect((await caseloom(['login', 'invite', 'nobody', '--email', 'x@example.com'], env)).code).toBe(2);
  });
});

test('the sign-in library is not loaded by a start: it is slow, and a start is not', async () => {
  const code = `
    const { registerHooks } = await import('node:module');
    let loaded = 0;
    registerHooks({ load: (url, context, next) => {
      if (/node_modules.(better-auth|@better-auth|@simplewebauthn|jose|kysely)./.test(url)) loaded += 1;
      return next(url, context);
    } });
    const { startTestApi } = await import('./test/support/api.ts');
    const api = await startTestApi();
    const page = await api.app.request('/sign-in');
    const health = await api.app.request('/readyz');
    const atStart = loaded;
    const origin = 'http://localhost:3000';
    const body = new URLSearchParams({ email: 'a@example.com', password: 'x' });
    const tried = await api.app.request('/sign-in', { method: 'POST', headers: { origin }, body });
    console.log(JSON.stringify([page.status, health.status, atStart, tried.status, loaded > 10]));
    await api.stop();
    process.exit(0);
  `;
  const out = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '-e', code], { cwd: projectFolder }, (error, text) =>
      error ? reject(error) : resolve(text),
    );
  });
  expect(JSON.parse(out)).toEqual([200, 200, 0, 401, true]);
});
