import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const entries = (person: string, caseId: string, query = '') =>
  api.call(person, 'GET', `/v1/cases/${caseId}/entries${query}`);

const claim = {
  definition: 'claim',
  data: {
    ...{ policyNumber: 'P-1', lossKind: 'motor', lossOn: '2026-01-05', plate: '京A12345' },
    ...{ description: 'Hit a post', reporter: { name: 'Li Si', phone: '13700003333' } },
  },
};

describe('GET /v1/cases/{id}/entries', () => {
  test('200: oldest first, each hash is that of its leaf, and the chain holds', async () => {
    const { caseId } = await api.openComplaint();
    await api.call('agent', 'POST', `/v1/cases/${caseId}/events`, {
      type: 'mark.urgent',
      reason: 'He is in hospital',
    });
    const { status, body } = await entries('handler', caseId);
    expect(status).toBe(200);
    const [opened, urgent] = body.items;
    expect(opened).toMatchObject({
      ...{ seq: 1, type: 'case.opened', actor: { id: 'agent', name: 'Demo agent', roles: ['agent'] } },
      prevHash: '0'.repeat(64),
    });
    expect(opened.data.data.complainant.name).toBe('Zhang San');
    expect(urgent).toMatchObject({
      seq: 2,
      type: 'mark.urgent',
      reason: 'He is in hospital',
      prevHash: opened.hash,
    });
    expect(urgent.after.changed['/data/severity']).toBe('P1');
    for (const { leaf, hash } of body.items) {
      expect(createHash('sha256').update('\u0000').update(leaf).digest('hex')).toBe(hash);
      expect(leaf).not.toContain('Zhang San');
      expect(leaf).not.toContain('hospital');
    }
  });

  test('200: personal decoration is masked for an auditor, who gets the whole leaf all the same', async () => {
    const { caseId } = await api.openComplaint();
    const asHandler = (await entries('handler', caseId)).body.items[0];
    const asAuditor = (await entries('auditor', caseId)).body.items[0];
    expect(asAuditor.data.data.complainant.name).toBe('•••');
    expect([asAuditor.leaf, asAuditor.hash]).toEqual([asHandler.leaf, asHandler.hash]);
  });

  test('200: an entry marked for others has hashes only; what it brought is not to be found by filters', async () => {
    const opened = await api.call('agent', 'POST', '/v1/cases', claim);
    const { caseId } = opened.body;
    const flag = { type: 'fraud.flag', data: { indicators: ['late-report'] } };
    const flagged = await api.call('agent', 'POST', `/v1/cases/${caseId}/events`, flag);
    expect([flagged.status, flagged.body.data.fraud]).toEqual([200, undefined]);
    const asHandler = (await entries('handler', caseId)).body.items.at(-1);
    expect(asHandler).toMatchObject({
      leaf: null,
      type: '•••',
      data: null,
      before: null,
      after: null,
      reason: null,
    });
    expect(asHandler.actor).toEqual({ id: '•••', name: '•••', roles: [] });
    expect(asHandler.hash).toMatch(/^[0-9a-f]{64}$/);
    const asAuditor = (await entries('auditor', caseId)).body.items.at(-1);
    expect(asAuditor).toMatchObject({ type: 'fraud.flag', hash: asHandler.hash });
    expect(asAuditor.leaf).toContain('late-report');
    const filtered = await api.call('handler', 'GET', `/v1/audit/entries?type=fraud.flag&caseId=${caseId}`);
    expect(filtered.body.items).toEqual([]);
    const siu = await api.call('siu', 'GET', `/v1/cases/${caseId}`);
    expect(siu.body.data.fraud).toBeDefined();
  });

  test('200: pages by cursor; every read is recorded', async () => {
    const { caseId } = await api.openComplaint();
    for (const data of [{ policyNumber: 'P-1' }]) {
      await api.call('agent', 'POST', `/v1/cases/${caseId}/events`, { type: 'register', data });
    }
    await api.call('handler', 'POST', `/v1/cases/${caseId}/events`, { type: 'acknowledge' });
    const count = recordsOf(api.store).length;
    const first = (await entries('auditor', caseId, '?limit=2')).body;
    const second = (await entries('auditor', caseId, `?limit=2&cursor=${first.next}`)).body;
    const seqs = [...first.items, ...second.items].map(({ seq }: { seq: number }) => seq);
    expect([seqs, second.next]).toEqual([[1, 2, 3], null]);
    expect(recordsOf(api.store).slice(count)).toMatchObject([
      {
        type: 'entries.read',
        actorId: 'auditor',
        subject: { kind: 'case', id: caseId },
        detail: { from: 1, to: 2 },
      },
      {
        type: 'entries.read',
        actorId: 'auditor',
        subject: { kind: 'case', id: caseId },
        detail: { from: 3, to: 3 },
      },
    ]);
  });

  test('404, 422', async () => {
    expect((await entries('auditor', 'nothing')).status).toBe(404);
    const { caseId } = await api.openComplaint();
    expect((await entries('auditor', caseId, '?cursor=x')).body.code).toBe('CURSOR_INVALID');
  });
});

describe('GET /v1/audit/entries', () => {
  test('200: over all cases, newest first, with filters; recorded', async () => {
    const { caseId } = await api.openComplaint();
    const { body } = await api.call(
      'auditor',
      'GET',
      '/v1/audit/entries?type=case.opened&actor=agent&limit=3',
    );
    expect(body.items[0]).toMatchObject({ caseId, type: 'case.opened', actor: { id: 'agent' } });
    expect(body.items).toHaveLength(3);
    const next = await api.call(
      'auditor',
      'GET',
      `/v1/audit/entries?type=case.opened&actor=agent&limit=3&cursor=${body.next}`,
    );
    const seen = body.items.map((item: { caseId: string }) => item.caseId);
    expect(next.body.items.every((item: { caseId: string }) => !seen.includes(item.caseId))).toBe(true);
    const [last] = recordsOf(api.store).slice(-1);
    expect(last).toMatchObject({ type: 'entries.read', subject: { kind: 'tenant', id: 'default' } });
    expect((await api.call('auditor', 'GET', '/v1/audit/entries?kind=team')).body.items).toEqual([]);
  });
});
