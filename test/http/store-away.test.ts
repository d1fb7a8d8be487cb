import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { getCase } from '../../db/read/get-case.ts';
import { startTestApi } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** Holds the database's write lock in another process until `release` is called. */
const lock = async (): Promise<{ release: () => Promise<unknown> }> => {
  const script = fileURLToPath(new URL('../support/lock-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, api.store.file, '60000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    release: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
};

test('while the database is locked: new commands 503 and nothing sent, reads and /healthz answer; it recovers alone', async () => {
  const { caseId } = await api.openComplaint();
  const register = { type: 'register', data: {}, reason: 'He called' };
  // Tokens are written too.
  await Promise.all(['agent', 'finance', 'handler'].map(api.tokenOf));
  const sent = api.cases.received.length;
  const { release } = await lock();
  try {
    const command = api.call('agent', 'POST', `/v1/cases/${caseId}/events`, register, { key: 'locked' });
    const refusal = api.call(
      'finance',
      'POST',
      `/v1/cases/${caseId}/events`,
      { type: 'approve' },
      { key: 'refused' },
    );
    const startMs = performance.now();
    expect((await api.call(null, 'GET', '/healthz')).status).toBe(200);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect((await api.call('agent', 'GET', `/v1/cases/${caseId}`)).body.seq).toBe(1);
    for (const { status, body, headers } of [await command, await refusal]) {
      expect([status, body.code]).toEqual([503, 'STORE_UNAVAILABLE']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(api.cases.received.slice(sent)).toEqual([]);
  } finally {
    await release();
  }
  const again = await api.call('agent', 'POST', `/v1/cases/${caseId}/events`, register, { key: 'locked' });
  expect([again.status, again.body.seq]).toEqual([200, 2]);
  const { body } = await api.call('handler', 'GET', `/v1/cases/${caseId}/entries`);
  expect(body.items.map(({ type }: { type: string }) => type)).toEqual(['case.opened', 'register']);
}, 30_000);

test('a refusal by a run that a crash left behind the store is not given: it is told, and asked again', async () => {
  const { caseId } = await api.openComplaint();
  const before = await getCase(api.store, { tenant: embeddedTenant, caseId });
  if (!before) {
    throw new Error('The complaint is not stored.');
  }
  const url = `/v1/cases/${caseId}/events`;
  expect((await api.call('agent', 'POST', url, { type: 'register', data: {} })).status).toBe(200);
  api.cases.forgetAfter(before.state);
  const next = await api.call('handler', 'POST', url, { type: 'acknowledge' });
  expect([next.status, next.body.seq]).toEqual([200, 3]);

  api.cases.forgetAfter(before.state);
  const wrong = await api.call('handler', 'POST', url, { type: 'approve' });
  expect([wrong.status, wrong.body.code]).toEqual([403, 'ROLE_REQUIRED']);
});
