import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../api/server.ts';
import { projectFolder } from '../../cli/project-folder.ts';
import { currentPolicy } from '../../machines/kernel/policy/table.ts';
import { complaint, startTestApi } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
let server: RunningServer;

beforeAll(async () => {
  api = await startTestApi();
  server = await startServer(api.app, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.stop();
  await api.stop();
});

/** Runs `caseloom` with the test's state folder and port, and with a token of this person, if any. */
const caseloomAs = async (
  person: string | null,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> => {
  const env = {
    ...process.env,
    ...{ CASELOOM_HOME: api.folder, PORT: String(server.port) },
    CASELOOM_TOKEN: person === null ? '' : await api.tokenOf(person),
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(projectFolder, 'cli/bin.mjs'), ...args], { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
};
const caseloom = (...args: string[]) => caseloomAs(null, ...args);

describe('caseloom', () => {
  test('token: prints a token that works, and nothing else; refuses for somebody unknown', async () => {
    const { code, out, err } = await caseloom('token', 'handler');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^clt_[\w-]+\n$/);
    const headers = { authorization: `Bearer ${out.trim()}` };
    const me = await fetch(`http://127.0.0.1:${server.port}/v1/people/me`, { headers });
    expect(await me.json()).toMatchObject({ personId: 'handler' });
    const unknown = await caseloom('token', 'nobody');
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toContain('There is no person "nobody"');
  });

  test('what it writes is for whoever runs it, also in a folder that others may enter', async () => {
    const home = await mkdtemp(join(tmpdir(), 'caseloom-home-'));
    try {
      await chmod(home, 0o755);
      const env = { ...process.env, CASELOOM_HOME: home };
      await promisify(execFile)(process.execPath, [join(projectFolder, 'cli/bin.mjs'), 'token', 'handler'], {
        env,
      });
      const { mode } = await stat(join(home, 'caseloom.db'));
      expect(mode & 0o077).toBe(0);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  test('case: open, send, show, entries and list, by number, as one person', async () => {
    const data = JSON.stringify(complaint.data);
    const opened = await caseloom('case', 'open', 'complaint', '--as', 'agent', '--data', data, '--json');
    expect(opened.code).toBe(0);
    const { number } = JSON.parse(opened.out) as { number: string };
    const sent = await caseloomAs('agent', 'case', 'send', number, 'register', '--data', '{}');
    expect([sent.code, sent.out]).toEqual([0, expect.stringContaining('acknowledging')]);
    const [shown, trail, listed, refused, nobody] = await Promise.all([
      caseloomAs('handler', 'case', 'show', number),
      caseloomAs('auditor', 'case', 'entries', number),
      caseloomAs('lead', 'case', 'list'),
      caseloomAs('agent', 'case', 'send', number, 'approve'),
      caseloom('case', 'show', number),
    ]);
    expect(shown.out).toContain('possible  acknowledge');
    expect(trail.out).toMatch(/1 .* case\.opened .*agent[\s\S]*2 .* register/);
    expect(listed.out).toContain(number);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toContain('ROLE_REQUIRED');
    expect(nobody.code).toBe(2);
  }, 60_000);

  test('lint: 0 for what can be published, 1 with findings, 2 for what is no document', async () => {
    const shipped = join(projectFolder, 'machines/library/complaint/1.2.0.json');
    expect(await caseloom('lint', shipped)).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing to say'),
    });
    const table = join(api.folder, 'table.json');
    const closed = { ...currentPolicy.acts['capa.verify'], by: {} };
    writeFileSync(
      table,
      JSON.stringify({ ...currentPolicy, acts: { ...currentPolicy.acts, 'capa.verify': closed } }),
    );
    const { code: stillOk, out: told } = await caseloom('lint', shipped, '--policy', table);
    expect([stillOk, told]).toEqual([0, expect.stringMatching(/warning {2}\/events\/capa\.verify\/by/)]);
    const broken = join(api.folder, 'broken.json');
    writeFileSync(broken, '{"id": "x"}');
    expect(await caseloom('lint', shipped, '--policy', broken)).toMatchObject({
      ...{ code: 2, err: expect.stringContaining('is no table') },
    });
    const { code, out } = await caseloom('lint', broken, '--json');
    expect([code, JSON.parse(out)]).toMatchObject([1, { ok: false, errors: expect.any(Number) }]);
    writeFileSync(broken, '{');
    expect((await caseloom('lint', broken)).code).toBe(2);
    expect((await caseloom('lint', join(api.folder, 'nothing.json'))).code).toBe(2);
  });
});

test('a server that stops lets the requests under way end, also one whose client has gone', async () => {
  const own = await startServer(api.app, { host: '127.0.0.1', port: 0 });
  const { send: really } = api.cases;
  const { caseId } = await api.openComplaint();
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  api.cases.send = async (...args) => {
    reached.resolve();
    await go.promise;
    return really(...args);
  };
  const client = new AbortController();
  const request = fetch(`http://127.0.0.1:${own.port}/v1/cases/${caseId}/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await api.tokenOf('agent')}`,
      'content-type': 'application/json',
      'idempotency-key': 'gone',
    },
    body: JSON.stringify({ type: 'register', data: {} }),
    signal: client.signal,
  }).catch(() => 'gone');
  await reached.promise;
  client.abort();
  expect(await request).toBe('gone');
  const stopped = own.stop();
  go.resolve();
  await stopped;
  api.cases.send = really;
  expect((await api.call('agent', 'GET', `/v1/cases/${caseId}`)).body.seq).toBe(2);
});
