import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const send = (person: string, caseId: string, body: object, options = {}) =>
  api.call(person, 'POST', `/v1/cases/${caseId}/events`, body, options);

/** A complaint whose remedy waits for approval. */
const untilApproval = async () => {
  const { caseId } = await api.openComplaint();
  const steps: [string, string, object?][] = [
    ['agent', 'register', {}],
    ['handler', 'acknowledge'],
    ['handler', 'accept', { severity: 'P2', cause: 'delay' }],
    ['handler', 'findings', { finding: 'upheld', evidence: ['record'] }],
    ['handler', 'propose', { remedy: { kind: 'payment', amount: { amount: 100_00, currency: 'CNY' } } }],
  ];
  for (const [person, type, data] of steps) {
    const { status, body } = await send(person, caseId, { type, ...(data === undefined ? {} : { data }) });
    expect([type, status, body.code]).toEqual([type, 200, undefined]);
  }
  return caseId;
};

describe('POST /v1/cases/{id}/events', () => {
  test('200: the case after it, with a new ETag and what is possible then', async () => {
    const { caseId } = await api.openComplaint();
    const { status, headers, body } = await send('agent', caseId, {
      type: 'register',
      data: { policyNumber: 'P-1' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      states: ['acknowledging', 'not-escalated'],
      data: { policyNumber: 'P-1' },
      seq: 2,
    });
    expect(headers.get('etag')).toBe(`"${body.rev}"`);
    expect(body.rev).toBe(2);
  });

  test('200: a customer’s event is sent by staff, and only so', async () => {
    const caseId = await untilApproval();
    await send('complaints-manager', caseId, { type: 'approve' });
    const before = await api.call('handler', 'GET', `/v1/cases/${caseId}`);
    expect(before.body.states).toContain('offered');
    const types = (list: { type: string }[]) => list.map(({ type }) => type);
    expect(types(before.body.allowed)).not.toContain('offer.accept');
    expect(types(before.body.allowedForCustomer)).toContain('offer.accept');
    const accept = { type: 'offer.accept', data: { payee: { account: '6222-0000' } } };
    expect((await send('handler', caseId, accept)).body.code).toBe('ROLE_REQUIRED');
    const finance = await send('finance', caseId, { ...accept, onBehalfOf: { customer: true } });
    expect(finance.body.code).toBe('ROLE_REQUIRED');
    const sent = await send('handler', caseId, { ...accept, onBehalfOf: { customer: true } });
    expect(sent.status).toBe(200);
    const trail = await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries?limit=200`);
    const entry = trail.body.items.find(({ type }: { type: string }) => type === 'offer.accept');
    expect(entry).toMatchObject({ actor: { id: 'handler' }, onBehalfOf: { customer: true } });
  });

  test('403, 409: wrong role, not possible now, unknown, four eyes, authority; each recorded, nothing changed', async () => {
    const caseId = await untilApproval();
    const before = (await api.call('auditor', 'GET', `/v1/cases/${caseId}`)).body;
    const count = recordsOf(api.store).length;
    const refused = async (person: string, body: object) => {
      const answer = await send(person, caseId, body);
      return [answer.status, answer.body.code];
    };
    expect(await refused('agent', { type: 'approve' })).toEqual([403, 'ROLE_REQUIRED']);
    expect(await refused('auditor', { type: 'approve' })).toEqual([403, 'ROLE_REQUIRED']);
    expect(await refused('handler', { type: 'accept', data: { severity: 'P1', cause: 'x' } })).toEqual([
      409,
      'EVENT_NOT_ALLOWED',
    ]);
    expect(await refused('handler', { type: 'no.such.event' })).toEqual([409, 'EVENT_UNKNOWN']);
    const { body } = await send('handler', caseId, { type: 'register', data: {} });
    expect(body.allowed).toContain('withdraw');
    const codes = recordsOf(api.store)
      .slice(count)
      .map(({ type, subject, detail }) => [type, subject.id, detail.code]);
    expect(codes).toEqual([
      ['command.refused', caseId, 'ROLE_REQUIRED'],
      ['command.refused', caseId, 'ROLE_REQUIRED'],
      ['command.refused', caseId, 'EVENT_NOT_ALLOWED'],
      ['command.refused', caseId, 'EVENT_UNKNOWN'],
      ['command.refused', caseId, 'EVENT_NOT_ALLOWED'],
    ]);
    const after = (await api.call('auditor', 'GET', `/v1/cases/${caseId}`)).body;
    expect([after.seq, after.headHash]).toEqual([before.seq, before.headHash]);
  });

  test('409: beyond authority, and four eyes', async () => {
    const { caseId } = await api.openComplaint();
    const both = await import('../../db/own/people.ts');
    await both.putPerson(api.store, {
      ...{ tenant: 'default', id: 'double', name: 'Double', status: 'active' },
      roles: ['handler', 'complaints-manager'],
      ...{ departments: [], skills: [], authority: [{ amount: 50_00, currency: 'CNY' }] },
    });
    await send('agent', caseId, { type: 'register', data: {} });
    await send('double', caseId, { type: 'acknowledge' });
    await send('double', caseId, { type: 'accept', data: { severity: 'P2', cause: 'delay' } });
    await send('double', caseId, { type: 'findings', data: { finding: 'upheld', evidence: ['record'] } });
    const remedy = { kind: 'payment', amount: { amount: 60_000_00, currency: 'CNY' } };
    await send('double', caseId, { type: 'propose', data: { remedy } });
    expect((await send('double', caseId, { type: 'approve' })).body.code).toBe('FOUR_EYES');
    const exceeded = await send('complaints-manager', caseId, { type: 'approve' });
    expect([exceeded.status, exceeded.body.code]).toEqual([409, 'AUTHORITY_EXCEEDED']);
  });

  test('404: no such case; recorded without the id that was asked for', async () => {
    const count = recordsOf(api.store).length;
    const { status, body } = await send('agent', 'case-of-zhang-san', { type: 'register' });
    expect([status, body.code]).toEqual([404, 'CASE_UNKNOWN']);
    const [record] = recordsOf(api.store).slice(count);
    expect(record).toMatchObject({
      subject: { kind: 'tenant', id: 'default' },
      detail: { code: 'CASE_UNKNOWN' },
    });
    expect(JSON.stringify(record)).not.toContain('zhang-san');
  });

  test('412: a stale If-Match; the present one and none at all are taken', async () => {
    const { caseId, rev } = await api.openComplaint();
    const event = { type: 'register', data: {} };
    const stale = await send('agent', caseId, event, { headers: { 'if-match': '"0"' } });
    expect([stale.status, stale.body.code]).toEqual([412, 'STALE']);
    const fresh = await send('agent', caseId, event, { headers: { 'if-match': `"${rev}"` } });
    expect(fresh.status).toBe(200);
    const reused = await send(
      'handler',
      caseId,
      { type: 'acknowledge' },
      { headers: { 'if-match': `"${rev}"` } },
    );
    expect(reused.status).toBe(412);
  });

  test('422: data, a missing reason, a time in the future', async () => {
    const { caseId } = await api.openComplaint();
    const data = await send('agent', caseId, { type: 'register', data: { policyNumber: 5 } });
    expect(data.body).toMatchObject({ code: 'DATA_INVALID', errors: [{ pointer: '/data/policyNumber' }] });
    expect((await send('agent', caseId, { type: 'mark.urgent' })).body.code).toBe('REASON_REQUIRED');
    const occurredAt = new Date(Date.now() + 60_000).toISOString();
    const future = await send('agent', caseId, { type: 'register', data: {}, occurredAt });
    expect([future.status, future.body.code]).toEqual([422, 'TIME_INVALID']);
    const extra = await send('agent', caseId, { type: 'register', data: {}, now: 'x' });
    expect(extra.body).toMatchObject({ code: 'INPUT_INVALID', errors: [{ pointer: '/now' }] });
  });

  test('202, 503: the store lags; the engine is behind, diverged, crowded or broken', async () => {
    const { caseId } = await api.openComplaint();
    for (const [condition, code] of [
      ['PROJECTION_BEHIND', 'PROJECTION_BEHIND'],
      ['TRAIL_DIVERGED', 'TRAIL_DIVERGED'],
      ['CASE_BUSY', 'CASE_BUSY'],
      ['CASE_NOT_RUNNING', 'CASE_NOT_RUNNING'],
      ['broken', 'ENGINE_AWAY'],
    ] as const) {
      api.cases.failWith(condition);
      const { status, body, headers } = await send('agent', caseId, { type: 'register', data: {} });
      expect([status, body.code]).toEqual([503, code]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    api.cases.failWith(undefined);
    api.cases.holdProjection(true);
    const { status, body } = await send('agent', caseId, { type: 'register', data: {} });
    api.cases.holdProjection(false);
    expect([status, body]).toEqual([202, { caseId, seq: 2 }]);
    const failures = api.logged.filter(({ message }) => message === 'The engine failed');
    expect(failures).toHaveLength(1);
    expect(JSON.stringify(failures)).not.toContain('The engine is broken');
  });
});

describe('POST /v1/cases/{id}/reopen', () => {
  const withdrawn = async () => {
    const { caseId } = await api.openComplaint();
    await send('handler', caseId, { type: 'withdraw', data: {}, onBehalfOf: { customer: true } });
    return caseId;
  };

  test('200: in a new epoch, from what the store holds', async () => {
    const caseId = await withdrawn();
    const closed = await api.call('handler', 'GET', `/v1/cases/${caseId}`);
    expect(closed.body).toMatchObject({ status: 'closed', allowed: [] });
    expect((await send('handler', caseId, { type: 'contact', data: { how: 'phone' } })).body).toMatchObject({
      status: 409,
      code: 'CASE_CLOSED',
    });
    const { status, body } = await api.call('handler', 'POST', `/v1/cases/${caseId}/reopen`, {
      reason: 'New papers came in',
      data: { ground: 'new-facts' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'open', epoch: 2, number: closed.body.number });
    const again = await send('handler', caseId, { type: 'contact', data: { how: 'phone' } });
    expect(again.status).toBe(200);
  });

  test('409, 403, 422: an open case, a wrong role, without reason or with wrong data', async () => {
    const open = await api.openComplaint();
    const reopen = (person: string, caseId: string, body: object) =>
      api.call(person, 'POST', `/v1/cases/${caseId}/reopen`, body);
    const good = { reason: 'New papers came in', data: { ground: 'new-facts' } };
    expect((await reopen('handler', open.caseId, good)).body.code).toBe('REOPEN_NOT_ALLOWED');
    const caseId = await withdrawn();
    expect((await reopen('finance', caseId, good)).status).toBe(403);
    expect((await reopen('handler', caseId, { data: good.data })).body.code).toBe('REASON_REQUIRED');
    const data = await reopen('handler', caseId, { ...good, data: { ground: 'boredom' } });
    expect(data.body).toMatchObject({ code: 'DATA_INVALID', errors: [{ pointer: '/data/ground' }] });
    expect((await reopen('handler', 'nothing', good)).body.code).toBe('CASE_UNKNOWN');
  });
});

describe('mode historical', () => {
  const receivedAt = '2024-03-04T02:00:00.000Z';
  const imported = () =>
    api.openComplaint({ mode: 'historical', receivedAt, onBehalfOf: { personId: 'agent' } }, 'admin');

  test('200: each step at its own time, on behalf of who did it; go-live ends it', async () => {
    const { caseId, mode } = await imported();
    expect(mode).toBe('historical');
    const step = (personId: string, type: string, occurredAt?: string, data?: object) =>
      send('admin', caseId, {
        type,
        onBehalfOf: { personId },
        ...(occurredAt ? { occurredAt } : {}),
        ...(data ? { data } : {}),
      });
    expect((await step('agent', 'register', '2024-03-04T03:00:00Z', {})).status).toBe(200);
    expect((await step('handler', 'acknowledge')).body.code).toBe('TIME_INVALID');
    expect((await step('handler', 'acknowledge', '2024-03-04T02:30:00Z')).body.code).toBe('TIME_INVALID');
    expect((await step('finance', 'acknowledge', '2024-03-04T04:00:00Z')).body.code).toBe('ROLE_REQUIRED');
    expect((await step('nobody', 'acknowledge', '2024-03-04T04:00:00Z')).body.code).toBe('PERSON_UNKNOWN');
    expect((await step('handler', 'acknowledge', '2024-03-04T04:00:00Z')).status).toBe(200);
    const live = await api.call('admin', 'POST', `/v1/cases/${caseId}/go-live`, {});
    expect([live.status, live.body.mode]).toEqual([200, null]);
    expect((await api.call('admin', 'POST', `/v1/cases/${caseId}/go-live`)).body.code).toBe('NOT_HISTORICAL');
  });

  test('403, 409: only who imports, and only then, acts for other people', async () => {
    const { caseId } = await imported();
    const occurredAt = '2024-03-04T03:00:00Z';
    const event = { type: 'register', data: {}, occurredAt, onBehalfOf: { personId: 'agent' } };
    expect((await send('agent-2', caseId, event)).body).toMatchObject({ status: 403, code: 'ROLE_REQUIRED' });
    const live = await api.openComplaint();
    expect((await send('admin', live.caseId, event)).body).toMatchObject({
      status: 409,
      code: 'NOT_HISTORICAL',
    });
    const byAgent = await api.call('agent', 'POST', '/v1/cases', {
      ...{ definition: 'complaint', mode: 'historical', receivedAt },
      data: { channel: 'phone', product: 'x', summary: 'x', complainant: { name: 'x' } },
    });
    expect(byAgent.body.code).toBe('ROLE_REQUIRED');
  });
});
