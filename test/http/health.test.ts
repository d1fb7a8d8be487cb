import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemCodes } from '../../api/problem-codes.ts';
import { startTestApi } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const get = (path: string, person: string | null = null) => api.call(person, 'GET', path);

describe('health', () => {
  test('alive without a token; ready with store and engine, and with the age of what waits for the log', async () => {
    expect((await get('/healthz')).body).toEqual({ status: 'ok' });
    await api.openComplaint();
    const ready = await get('/readyz');
    expect([ready.status, ready.body.ready]).toEqual([200, true]);
    expect(ready.body.oldestPendingLeafMs).toBeGreaterThanOrEqual(0);
  });

  test('503: not ready while the engine is away; alive all the same', async () => {
    api.cases.failWith('ENGINE_UNAVAILABLE');
    const ready = await get('/readyz');
    expect([ready.status, ready.body]).toMatchObject([
      503,
      { ready: false, engine: 'unavailable', store: 'ok' },
    ]);
    expect((await get('/healthz')).status).toBe(200);
    api.cases.failWith(undefined);
  });

  test('metrics count requests by route pattern and refusals by code, never ids', async () => {
    const { caseId } = await api.openComplaint();
    await api.call('agent', 'POST', `/v1/cases/${caseId}/events`, { type: 'approve' });
    await get(`/v1/cases/${caseId}`, 'agent');
    await get('/wp-admin/13800001111');
    const { body } = await get('/metrics');
    expect(body).toContain(
      'caseloom_http_requests_total{method="GET",route="/v1/cases/{caseId}",status="200"} 1',
    );
    expect(body).toContain('caseloom_http_problems_total{code="ROLE_REQUIRED"} 1');
    expect(body).toMatch(/caseloom_http_request_duration_seconds_bucket\{.*le="\+Inf"\} \d+/);
    expect(body).not.toContain(caseId);
    expect(body).not.toContain('13800001111');
  });
});

describe('documentation', () => {
  test('every code has a page, and every page a code', async () => {
    const folder = new URL('../../docs/problems', import.meta.url);
    const pages = readdirSync(folder).map((name) => name.replace('.md', ''));
    expect(pages.sort()).toEqual(Object.keys(problemCodes).sort());
    for (const [code, { status }] of Object.entries(problemCodes)) {
      const page = readFileSync(new URL(`../../docs/problems/${code}.md`, import.meta.url), 'utf8');
      expect(page).toContain(`HTTP status ${status}`);
    }
    expect((await get('/problems/STALE')).body).toContain('# STALE');
    expect((await get('/problems/TEA')).status).toBe(404);
    expect((await get('/problems/..%2Fx')).status).toBe(404);
  });

  test('OpenAPI 3.1 names every route under /v1', async () => {
    const { body } = await get('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const documented = new Set(
      Object.entries(body.paths).flatMap(([path, methods]) =>
        Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
      ),
    );
    const served = api.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1/'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(served.length).toBeGreaterThan(20);
    for (const route of served) {
      expect(documented).toContain(route);
    }
    const open = body.paths['/v1/cases'].post;
    expect(Object.keys(open.responses)).toEqual(
      expect.arrayContaining(['201', '202', '400', '403', '422', '503']),
    );
  });

  test('the bare address leads to /docs', async () => {
    const { status, headers } = await get('/');
    expect([status, headers.get('location')]).toEqual([302, '/docs']);
  });

  test('/docs loads nothing from elsewhere', async () => {
    const { body, headers } = await get('/docs');
    expect(body).not.toMatch(/https?:/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const path of [
      '/docs/start.js',
      '/docs/assets/swagger-ui.css',
      '/docs/assets/swagger-ui-bundle.js',
    ]) {
      expect((await get(path)).status).toBe(200);
    }
    expect((await get('/docs/assets/package.json')).status).toBe(404);
  });

  test('404: a problem, and nothing of later releases', async () => {
    for (const path of ['/nothing', '/v1/reports', '/v1/audit/checkpoint']) {
      const { status, body } = await get(path, 'agent');
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    }
    expect((await get('/v1/nothing')).status).toBe(401);
  });
});

describe('people', () => {
  test('200: all, one, oneself, and the departments', async () => {
    const people = (await get('/v1/people', 'agent')).body.items;
    expect(people.find(({ personId }: { personId: string }) => personId === 'adjuster')).toMatchObject({
      ...{ roles: ['adjuster'], departments: ['claims'] },
      authority: expect.arrayContaining([{ amount: 1_000_000, currency: 'CNY' }]),
    });
    expect((await get('/v1/people/me', 'adjuster-2')).body.personId).toBe('adjuster-2');
    expect((await get('/v1/people/lead', 'agent')).body.roles).toEqual(['lead']);
    expect((await get('/v1/people/nobody', 'agent')).status).toBe(404);
    expect((await get('/v1/departments', 'agent')).body.items.length).toBeGreaterThan(5);
  });
});
