import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaint, startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const post = (person: string | null, body: unknown, options = {}) =>
  api.call(person, 'POST', '/v1/cases', body, options);

describe('POST /v1/cases', () => {
  test('201: the case, where it is, and what the opener may do now', async () => {
    const { status, headers, body } = await post('agent', complaint);
    expect(body).toMatchObject({
      kind: 'complaint',
      definition: { id: 'complaint', version: '1.2.0' },
      status: 'open',
      states: ['received', 'not-escalated'],
      data: complaint.data,
      rev: 1,
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/cases/${body.caseId}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body.number).toMatch(/^CP-\d{4}-\d{6}$/);
    const register = body.allowed.find(({ type }: { type: string }) => type === 'register');
    expect(register).toMatchObject({ title: { en: 'Register' }, reason: null, schema: { type: 'object' } });
    expect(body.allowed.map(({ type }: { type: string }) => type)).not.toContain('approve');
    expect(body.tasks).toMatchObject([{ state: 'received', role: 'agent', status: 'open' }]);
  });

  test('202: accepted while the store lags, with the place and the seq to wait for', async () => {
    api.cases.holdProjection(true);
    const { status, headers, body } = await post('agent', complaint);
    api.cases.holdProjection(false);
    expect(status).toBe(202);
    expect(body.seq).toBe(1);
    expect(headers.get('location')).toBe(`/v1/cases/${body.caseId}`);
  });

  test('400: no JSON, and no key', async () => {
    expect((await post('agent', undefined, { raw: '{"definition":' })).body.code).toBe('BODY_MALFORMED');
    const latin1 = Buffer.from(JSON.stringify({ ...complaint, reason: 'Zoë' }), 'latin1');
    const other = await api.app.request('/v1/cases', {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${await api.tokenOf('agent')}`, 'idempotency-key': 'not-utf-8' },
        'content-type': 'application/json',
      },
      body: latin1,
    });
    expect([other.status, await other.json()]).toMatchObject([400, { detail: 'The body is not UTF-8.' }]);
    const { status, body, headers } = await post('agent', complaint, { key: null });
    expect([status, body.code]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(Object.keys(body).sort()).toEqual(
      ['code', 'detail', 'instance', 'requestId', 'status', 'title', 'type'].sort(),
    );
  });

  test('401: without a token, with a wrong one, and with another scheme', async () => {
    expect((await post(null, complaint)).status).toBe(401);
    expect((await post(null, complaint, { headers: { authorization: 'Bearer clt_wrong' } })).status).toBe(
      401,
    );
    const basic = await post(null, complaint, { headers: { authorization: 'Basic YWdlbnQ6' } });
    expect(basic.status).toBe(401);
    expect(basic.headers.get('www-authenticate')).toContain('Bearer');
  });

  test('403: a role that may not open it; recorded', async () => {
    const { status, body } = await post('finance', complaint);
    expect([status, body.code]).toEqual([403, 'ROLE_REQUIRED']);
    expect(body.allowed).toEqual([]);
    const [last] = recordsOf(api.store).slice(-1);
    expect(last).toMatchObject({
      type: 'command.refused',
      actorId: 'finance',
      subject: { kind: 'definition', id: 'complaint@1.2.0' },
      detail: { code: 'ROLE_REQUIRED', route: 'POST /v1/cases' },
    });
  });

  test('413: a body of 10 MB', async () => {
    const { status, body } = await post('agent', undefined, {
      raw: `{"definition":"${'x'.repeat(10_000_000)}"}`,
    });
    expect([status, body.code]).toEqual([413, 'BODY_TOO_LARGE']);
  });

  test('415: something other than JSON', async () => {
    const { status, body } = await post('agent', undefined, {
      raw: 'definition=complaint',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([status, body.code]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
  });

  test('422: unknown fields, wrong types, depth and forbidden names, each with its pointer', async () => {
    const unknown = await post('agent', { ...complaint, colour: 'red' });
    expect(unknown.body).toMatchObject({
      status: 422,
      code: 'INPUT_INVALID',
      errors: [{ pointer: '/colour' }],
    });

    const types = await post('agent', { ...complaint, definition: 7, receivedAt: 'yesterday' });
    const pointers = types.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect([types.status, pointers]).toEqual([422, ['/definition', '/receivedAt']]);

    const deep = await post('agent', undefined, {
      raw: `{"definition":"complaint","data":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
    });
    expect([deep.status, deep.body.code]).toEqual([422, 'BODY_TOO_DEEP']);

    const proto = await post('agent', undefined, {
      raw: '{"definition":"complaint","data":{"__proto__":{"a":1}}}',
    });
    expect(proto.body).toMatchObject({ status: 422, errors: [{ pointer: '/data/__proto__' }] });

    const reference = { ref: 'pv_1', commitment: 'a'.repeat(64) };
    const sealed = await post('agent', { ...complaint, data: { ...complaint.data, summary: reference } });
    expect(sealed.body).toMatchObject({ status: 422, errors: [{ pointer: '/data/summary' }] });
  });

  test('422: data that do not match the definition, without repeating them', async () => {
    const { status, body } = await post('agent', {
      ...complaint,
      data: { ...complaint.data, channel: 'SECRET-9', complainant: {}, more: 1 },
    });
    expect([status, body.code]).toEqual([422, 'DATA_INVALID']);
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
    expect(pointers).toEqual(['/data/channel', '/data/complainant/name', '/data/more']);
    expect(JSON.stringify(body)).not.toContain('SECRET-9');
  });

  test('422: an unknown definition, profile, link', async () => {
    expect((await post('agent', { ...complaint, definition: 'nothing' })).body.code).toBe(
      'DEFINITION_UNKNOWN',
    );
    expect((await post('agent', { ...complaint, definition: 'complaint@9.0.0' })).body.code).toBe(
      'DEFINITION_UNKNOWN',
    );
    expect((await post('agent', { ...complaint, profile: 'mars' })).body.code).toBe('PROFILE_UNKNOWN');
    const link = await post('agent', { ...complaint, links: [{ rel: 'about', caseId: 'nobody' }] });
    expect(link.body).toMatchObject({ code: 'DATA_INVALID', errors: [{ pointer: '/links/0/caseId' }] });
  });

  test('422: received in the future; on an earlier day without reason or evidence', async () => {
    const day = 86_400_000;
    const future = await post('agent', {
      ...complaint,
      receivedAt: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(future.body).toMatchObject({
      status: 422,
      code: 'TIME_INVALID',
      errors: [{ pointer: '/receivedAt' }],
    });

    const receivedAt = new Date(Date.now() - 3 * day).toISOString();
    expect((await post('agent', { ...complaint, receivedAt })).body.code).toBe('REASON_REQUIRED');
    const reason = 'The letter lay in the wrong tray';
    expect((await post('agent', { ...complaint, receivedAt, reason })).body.code).toBe('EVIDENCE_REQUIRED');
    const accepted = await post('agent', {
      ...complaint,
      receivedAt,
      reason,
      evidence: 'Stamp of the mail room',
    });
    expect(accepted.status).toBe(201);
    expect(accepted.body.receivedAt).toBe(receivedAt);
    const late = accepted.body.deadlines.find(({ name }: { name: string }) => name === 'acknowledge');
    expect(late).toMatchObject({ status: 'breached', late: 'on-arrival' });
  });

  test('422 under the demo clock is none: profile demo is there where demonstrations are allowed', async () => {
    expect((await post('agent', { ...complaint, profile: 'demo' })).body).toMatchObject({ profile: 'demo' });
  });

  test('503: the engine is away; what was sent may be sent again with the same key', async () => {
    api.cases.failWith('ENGINE_UNAVAILABLE');
    const { status, body, headers } = await post('agent', complaint, { key: 'away-1' });
    api.cases.failWith(undefined);
    expect([status, body.code]).toEqual([503, 'ENGINE_AWAY']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post('agent', complaint, { key: 'away-1' })).status).toBe(201);
  });
});

describe('GET /v1/cases', () => {
  test('200: filters, keyset pages, and nothing twice', async () => {
    const first = await api.call('auditor', 'GET', '/v1/cases?kind=complaint&limit=2');
    expect(first.status).toBe(200);
    expect(first.body.items).toHaveLength(2);
    const seen = first.body.items.map(({ caseId }: { caseId: string }) => caseId);
    const second = await api.call(
      'auditor',
      'GET',
      `/v1/cases?kind=complaint&limit=2&cursor=${first.body.next}`,
    );
    for (const { caseId } of second.body.items) {
      expect(seen).not.toContain(caseId);
    }
    expect((await api.call('auditor', 'GET', '/v1/cases?kind=claim')).body.items).toEqual([]);
    const open = await api.call(
      'auditor',
      'GET',
      '/v1/cases?status=open,incident&state=received&breached=true',
    );
    expect(open.body.items.length).toBeGreaterThan(0);
  });

  test('200: by the exact name or phone, for who may see it', async () => {
    const made = await api.openComplaint({
      data: { ...complaint.data, complainant: { name: 'Only Once', phone: '139 0000 2222' } },
    });
    const byPhone = await api.call('handler', 'GET', '/v1/cases?q=13900002222');
    expect(byPhone.body.items.map(({ caseId }: { caseId: string }) => caseId)).toEqual([made.caseId]);
    expect((await api.call('auditor', 'GET', '/v1/cases?q=13900002222')).body.items).toEqual([]);
    const byNumber = await api.call('auditor', 'GET', `/v1/cases?q=${made.number}`);
    expect(byNumber.body.items).toHaveLength(1);
  });

  test('422: a bad filter, a foreign cursor', async () => {
    expect((await api.call('agent', 'GET', '/v1/cases?limit=0')).status).toBe(422);
    expect((await api.call('agent', 'GET', '/v1/cases?status=lost')).status).toBe(422);
    expect((await api.call('agent', 'GET', '/v1/cases?cursor=abc')).body.code).toBe('CURSOR_INVALID');
  });
});

describe('GET /v1/cases/{id}', () => {
  test('200: personal values for who handles cases, masked for others', async () => {
    const { caseId } = await api.openComplaint();
    const path = `/v1/cases/${caseId}`;
    const handler = await api.call('handler', 'GET', path);
    expect(handler.body.data.complainant).toEqual(complaint.data.complainant);
    expect(handler.headers.get('etag')).toBe('"1"');
    for (const person of ['auditor', 'designer', 'admin']) {
      const { body } = await api.call(person, 'GET', path);
      expect(body.data).toMatchObject({
        product: 'motor',
        summary: '•••',
        complainant: { name: '•••', phone: '•••' },
      });
    }
  });

  test('404: missing and out of sight are the same answer', async () => {
    const { caseId } = await api.openComplaint();
    const missing = await api.call('agent', 'GET', '/v1/cases/nothing');
    const strange = await api.call('agent', 'GET', `/v1/cases/${encodeURIComponent("x' or 1=1")}`);
    const { putPerson } = await import('../../db/own/people.ts');
    await putPerson(api.store, {
      ...{ tenant: 'default', id: 'somebody', name: 'Somebody', status: 'active' },
      ...{ roles: ['customer'], departments: [], skills: [], authority: [] },
    });
    const unseen = await api.call('somebody', 'GET', `/v1/cases/${caseId}`);
    const without = ({ requestId: _, instance: __, ...rest }: { requestId: string; instance: string }) =>
      rest;
    expect(missing.status).toBe(404);
    expect(without(unseen.body)).toEqual(without(missing.body));
    expect(without(strange.body)).toEqual(without(missing.body));
    expect((await api.call('somebody', 'GET', '/v1/cases')).body.items).toEqual([]);
  });
});
