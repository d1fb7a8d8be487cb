import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { allScopes, reaches } from '../../api/sign-in/scopes.ts';
import { changePerson } from '../../db/own/person-record.ts';
import { complaint, startTestApi, type TestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: a program acts with the roles and scopes of its key, until it expires or is revoked, and for four eyes as
// the human being who made it; the key's text is nowhere but in the one answer that made it.

let laterMs = 0;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ now: () => Date.now() + laterMs });
});
afterAll(() => api.stop());

const inDays = (days: number) => new Date(Date.now() + laterMs + days * 86_400_000).toISOString();
const wanted = (changes: object = {}) => ({
  ...{ name: 'Call centre', roles: ['agent'], scopes: ['cases:write', 'tasks:read'], expiresAt: inDays(90) },
  ...changes,
});
const create = (changes: object = {}, person = 'admin', options = {}) =>
  api.call(person, 'POST', '/v1/service-keys', wanted(changes), options);
const as = (key: string, method: string, path: string, body?: unknown) =>
  api.call(null, method, path, body, { headers: { authorization: `Bearer ${key}` } });
const last = () => recordsOf(api.store).at(-1);

describe('a service key', () => {
  test('acts with its roles, as a service; its text is in no file of ours', async () => {
    const made = await create();
    expect(made.status).toBe(201);
    const { key, keyId } = made.body;
    expect(key).toMatch(/^csk_[0-9a-f]{12}_[\w-]{43}$/);
    expect(made.headers.get('location')).toBe(`/v1/service-keys/${keyId}`);
    expect(last()).toMatchObject({
      ...{ type: 'service-key.created', actorId: 'admin', subject: { kind: 'service-key', id: keyId } },
      detail: { roles: ['agent'], scopes: ['cases:write', 'tasks:read'] },
    });

    const opened = await as(key, 'POST', '/v1/cases', complaint);
    expect(opened.status).toBe(201);
    const trail = await as(key, 'GET', `/v1/cases/${opened.body.caseId}/entries`);
    expect(trail.body.items[0].actor).toMatchObject({ id: `service:${keyId}`, roles: ['agent'] });
    expect((await as(key, 'GET', '/v1/tasks')).status).toBe(200);

    api.store.sqlite.pragma('wal_checkpoint(TRUNCATE)');
    expect(api.store.sqlite.serialize().includes(key.slice(17))).toBe(false);
    const { body } = await api.call('admin', 'GET', '/v1/service-keys');
    expect(body.items.find((each: { keyId: string }) => each.keyId === keyId)).toEqual({
      ...{ keyId, name: 'Call centre', roles: ['agent'], scopes: ['cases:write', 'tasks:read'] },
      ...{
        createdBy: 'admin',
        createdAt: expect.any(String),
        expiresAt: made.body.expiresAt,
        revokedAt: null,
      },
    });
  });

  test('is made once per Idempotency-Key, and shown once', async () => {
    const key = randomUUID();
    const changes = { expiresAt: inDays(30) };
    const first = await create(changes, 'admin', { key });
    const second = await create(changes, 'admin', { key });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual({ ...first.body, key: null });
  });

  test('403: reaches nothing but its scopes, and never keys or logins; each refusal is recorded', async () => {
    const { key, keyId } = (await create({ roles: ['admin'], scopes: ['people:write', 'cases:read'] })).body;
    expect((await as(key, 'GET', '/v1/people')).status).toBe(200);
    expect((await as(key, 'GET', '/v1/cases')).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/v1/cases'],
      ['GET', '/v1/tasks'],
      ['GET', '/v1/definitions'],
      ['GET', '/v1/service-keys'],
      ['POST', '/v1/service-keys'],
      ['DELETE', `/v1/service-keys/${keyId}`],
      ['POST', '/v1/people/handler/logins'],
      ['GET', '/v1/people/handler/logins'],
    ] as const) {
      const refused = await as(key, method, path, method === 'POST' ? {} : undefined);
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'SCOPE_REQUIRED']);
      expect(last()).toMatchObject({
        ...{ type: 'command.refused', actorId: `service:${keyId}` },
        detail: { code: 'SCOPE_REQUIRED', requestId: refused.body.requestId },
      });
    }
  });

  test('401: unknown, expired or revoked, from the next request on; each is recorded', async () => {
    const { key, keyId } = (await create({ expiresAt: inDays(1) })).body;
    const refused = async (text: string) => {
      const { status, body } = await as(text, 'GET', '/v1/cases');
      expect([status, body.code]).toEqual([401, 'SERVICE_KEY_INVALID']);
      return last();
    };
    expect((await as(key, 'GET', '/v1/cases')).status).toBe(200);
    expect(await refused(`${key}x`)).toMatchObject({ type: 'sign-in.failed', detail: { reason: 'unknown' } });
    laterMs = 86_400_000 + 1_000;
    expect(await refused(key)).toMatchObject({
      ...{ type: 'sign-in.failed', subject: { kind: 'service-key', id: keyId } },
      detail: { method: 'service-key', reason: 'expired' },
    });
    laterMs = 0;
    const path = `/v1/service-keys/${keyId}`;
    const revoked = await api.call('admin', 'DELETE', path);
    expect([revoked.status, revoked.body.keyId]).toEqual([200, keyId]);
    expect(last()).toMatchObject({ type: 'service-key.revoked', actorId: 'admin' });
    expect(await refused(key)).toMatchObject({ detail: { reason: 'revoked' } });
    expect((await api.call('admin', 'DELETE', path)).body.revokedAt).toBe(revoked.body.revokedAt);
    expect((await api.call('admin', 'DELETE', '/v1/service-keys/none')).status).toBe(404);
  });

  test('403, 422: made by administrators, with roles and scopes that there are, for a year at most', async () => {
    for (const [changes, person, status, code] of [
      [{}, 'lead', 403, 'ROLE_REQUIRED'],
      [{ roles: ['emperor'] }, 'admin', 422, 'ROLE_UNKNOWN'],
      [{ roles: [] }, 'admin', 422, 'INPUT_INVALID'],
      [{ scopes: ['everything:write'] }, 'admin', 422, 'INPUT_INVALID'],
      [{ expiresAt: inDays(400) }, 'admin', 422, 'PERIOD_INVALID'],
      [{ expiresAt: inDays(-1) }, 'admin', 422, 'PERIOD_INVALID'],
      [{ tenant: 'other' }, 'admin', 422, 'INPUT_INVALID'],
    ] as const) {
      const refused = await create(changes, person);
      expect([refused.status, refused.body.code]).toEqual([status, code]);
    }
    expect((await api.call('lead', 'GET', '/v1/service-keys')).status).toBe(403);
  });

  test('counts for four eyes as who made it, in both directions', async () => {
    const { key, keyId } = (await create({ scopes: ['people:read'] })).body;
    expect((await as(key, 'GET', '/v1/people/me')).body.sameAs).toContain('admin');
    const { sameAs } = (await api.call('admin', 'GET', '/v1/people/me')).body;
    expect(sameAs).toContain(`service:${keyId}`);
    expect((await api.call('lead', 'GET', '/v1/people/me')).body.sameAs).toEqual([]);

    // Found out later: the administrator is the lead.
    const by = { actorId: 'operator', atMs: Date.now() };
    const tie = (humanId: string | null) =>
      changePerson(api.store, embeddedTenant, 'admin', (person) => ({ ...person, humanId }), by);
    await tie('lead');
    for (const one of [
      await api.call('lead', 'GET', '/v1/people/me'),
      await as(key, 'GET', '/v1/people/me'),
    ]) {
      expect([one.body.personId, ...one.body.sameAs]).toEqual(
        expect.arrayContaining(['lead', 'admin', `service:${keyId}`]),
      );
    }
    await tie(null);
  });
});

test('scopes: writing includes reading, and a path of no group is reached by none', () => {
  expect(reaches(['cases:write'], 'GET', '/v1/cases')).toBe(true);
  expect(reaches(['cases:read'], 'POST', '/v1/cases')).toBe(false);
  expect(reaches(['cases:read'], 'GET', '/v1/cases/x/entries')).toBe(true);
  expect(reaches(['tasks:write'], 'POST', '/v1/bulk')).toBe(true);
  for (const path of ['/v1/service-keys', '/v1/', '/v1/none', '/v1/people/x/logins']) {
    expect(reaches(allScopes, 'GET', path)).toBe(false);
  }
});

describe('logins', () => {
  const issuer = 'https://id.example.com';
  const path = '/v1/people/handler/logins';

  test('201, 200: an administrator ties a subject to a person, sees it, and takes it away', async () => {
    const added = await api.call('admin', 'POST', path, { issuer, subject: 'sub-1' });
    expect([added.status, added.body.subject]).toEqual([201, 'sub-1']);
    expect(last()).toMatchObject({
      type: 'login.added',
      subject: { kind: 'person', id: 'handler' },
      detail: { issuer },
    });
    expect(JSON.stringify(last())).not.toContain('sub-1');
    expect((await api.call('admin', 'GET', path)).body.items).toHaveLength(1);
    const taken = await api.call('admin', 'POST', '/v1/people/lead/logins', { issuer, subject: 'sub-1' });
    expect([taken.status, taken.body.code]).toEqual([409, 'ALREADY_EXISTS']);
    const removed = await api.call('admin', 'DELETE', `${path}?issuer=${encodeURIComponent(issuer)}`);
    expect(removed.body).toEqual({ removed: 1 });
    expect(last()).toMatchObject({ type: 'login.removed' });
  });

  test('201: an invitation is an address, shown once, that works once', async () => {
    const key = randomUUID();
    const body = { email: 'Handler@Example.com' };
    const invited = await api.call('admin', 'POST', path, body, { key });
    expect((await api.call('admin', 'POST', path, body, { key })).body).toEqual({ invitation: null });
    expect(JSON.stringify(recordsOf(api.store))).not.toContain('@');
    const address = new URL(invited.body.invitation);
    const page = await api.call(null, 'GET', address.pathname + address.search);
    expect(page.body).toContain('handler@example.com');
    const choose = (form: object) =>
      api.call(null, 'POST', '/sign-in/invitation', undefined, {
        raw: new URLSearchParams({ code: address.searchParams.get('code') ?? '', ...form }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      });
    expect((await choose({ password: 'too short' })).body.code).toBe('INPUT_INVALID');
    expect((await choose({ password: 'handler@example.com' })).body.code).toBe('INPUT_INVALID');
    expect((await choose({ password: 'quite long enough' })).status).toBe(303);
    expect((await choose({ password: 'quite long enough' })).body.code).toBe('INVITATION_INVALID');
    laterMs = 0;
    const again = await api.call('admin', 'POST', path, body);
    laterMs = 86_400_000 + 1_000;
    const late = new URL(again.body.invitation);
    expect((await api.call(null, 'GET', late.pathname + late.search)).body.code).toBe('INVITATION_INVALID');
    laterMs = 0;
  });

  test('403, 404, 409: not by others, not for oneself, not for nobody', async () => {
    const login = { issuer, subject: 'sub-2' };
    expect((await api.call('lead', 'POST', path, login)).body.code).toBe('ROLE_REQUIRED');
    expect((await api.call('lead', 'GET', path)).body.code).toBe('ROLE_REQUIRED');
    expect((await api.call('admin', 'POST', '/v1/people/admin/logins', login)).body.code).toBe('FOUR_EYES');
    expect((await api.call('admin', 'POST', '/v1/people/nobody/logins', login)).status).toBe(404);
    expect((await api.call('admin', 'POST', path, { issuer: 'x', subject: '' })).status).toBe(422);
  });
});
