import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retireDefinition } from '../../db/own/definitions.ts';
import { getCase } from '../../db/read/get-case.ts';
import { cases } from '../../db/schema/index.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { type Act, currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: a company's own table holds from the next request on, and in cases opened from then on; what was published
// is recorded by its hash and never changes, and no table locks out those who can replace it.

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.stop());

const without = (act: string, role: string): { [act: string]: Act } => {
  const row = currentPolicy.acts[act] as Act;
  const by = Object.fromEntries(Object.entries(row.by).filter(([each]) => each !== role));
  return { [act]: { ...row, by } };
};
const table = (acts: Policy['acts'], version = '1.0.0'): Policy => ({
  ...currentPolicy,
  ...{ id: 'ours', version, acts: { ...currentPolicy.acts, ...acts } },
});
const put = (policy: object, person = 'compliance') => api.call(person, 'PUT', '/v1/policy', policy);
const shipped = { hash: policyRef(currentPolicy).hash, policy: { version: '1.0.0' } };

describe('a company’s own table', () => {
  it('is published with its hash, recorded, and gone back from', async () => {
    expect((await api.call('agent', 'GET', '/v1/policy')).body).toMatchObject({
      ...{ own: false, inForce: shipped, shipped },
    });
    const ours = table({});
    const ref = policyRef(ours);
    const published = await put(ours);
    expect([published.status, published.body]).toMatchObject([
      200,
      { own: true, inForce: { hash: ref.hash, policy: { id: 'ours' } }, shipped },
    ]);
    expect((await put(table({}, '1.1.0'), 'admin')).status).toBe(200);
    expect((await api.call('admin', 'DELETE', '/v1/policy')).body).toMatchObject({ own: false });
    const records = recordsOf(api.store).filter(({ subject }) => subject.id === 'policy');
    expect(records.map(({ type, actorId, detail }) => [type, actorId, detail])).toEqual([
      ['policy.published', 'compliance', { ...ref }],
      ['policy.published', 'admin', { ...policyRef(table({}, '1.1.0')) }],
      ['policy.withdrawn', 'admin', { name: 'policy' }],
    ]);
    expect(records.every(({ commitments }) => commitments.length === 1)).toBe(true);
  });

  it('is published also where nobody could send an event by it, and its answer says so', async () => {
    const closed = { ...(currentPolicy.acts['capa.verify'] as Act), by: {} };
    const { status, body } = await put(table({ 'capa.verify': closed }));
    expect([status, body.warnings]).toEqual([
      200,
      [expect.objectContaining({ code: 'ACT_CLOSED', pointer: '/acts/capa.verify/by' })],
    ]);
    expect((await api.call('qa', 'GET', '/v1/policy')).body.warnings).toEqual(body.warnings);
    const document = shippedDefinitions().findLast(({ id }) => id === 'complaint');
    expect((await api.call('designer', 'POST', '/v1/definitions/lint', document)).body).toMatchObject({
      ...{ ok: true, findings: [{ code: 'ACT_CLOSED', pointer: '/events/capa.verify/by' }] },
    });
    expect((await api.call('admin', 'DELETE', '/v1/policy')).body.warnings).toEqual([]);
  });

  it('is told to nobody by the check of a definition who may not read it', async () => {
    const closed = { ...(currentPolicy.acts['capa.verify'] as Act), by: {} };
    await put(table({ 'capa.verify': closed, ...without('case.see', 'designer') }));
    expect((await api.call('designer', 'GET', '/v1/policy')).status).toBe(404);
    const document = shippedDefinitions().findLast(({ id }) => id === 'complaint');
    const codes = async (who: string) => {
      const { body } = await api.call(who, 'POST', '/v1/definitions/lint', document);
      return body.findings.map(({ code }: { code: string }) => code);
    };
    expect(await codes('designer')).toEqual([]);
    expect(await codes('auditor')).toEqual(['ACT_CLOSED']);
  });

  it('is judged by the versions that cases follow: those that are published, and retired ones while a case is open', async () => {
    const closed = { ...(currentPolicy.acts['remedy.approve'] as Act), by: {} };
    const { caseId } = await api.openComplaint();
    const codes = async () => {
      const { body } = await api.call('admin', 'GET', '/v1/policy');
      return body.warnings.map(({ code }: { code: string }) => code);
    };
    await put(table({ 'remedy.approve': closed }));
    for (const { version } of shippedDefinitions().filter(({ id }) => id === 'complaint')) {
      await retireDefinition(api.store, 'default', 'complaint', version);
    }
    expect(await codes()).toEqual(['ACT_CLOSED']);
    await api.store.write((db) => {
      db.update(cases).set({ status: 'closed' }).where(eq(cases.caseId, caseId)).run();
    });
    expect(new Set(await codes())).toEqual(new Set(['ACT_EVENT_UNKNOWN']));
  });

  it('takes away from the next request on: cases, lists, counts, personal values, people', async () => {
    const { caseId } = await api.openComplaint();
    const path = `/v1/cases/${caseId}`;
    const complainant = async () => (await api.call('handler', 'GET', path)).body.data.complainant.name;
    const seen = async (who: string) => ({
      case: (await api.call(who, 'GET', path)).status,
      cases: (await api.call(who, 'GET', '/v1/cases')).body.items.length,
      tasks: (await api.call(who, 'GET', '/v1/tasks?view=all')).body.items.length,
      people: (await api.call(who, 'GET', '/v1/people')).status,
      policy: (await api.call(who, 'GET', '/v1/policy')).status,
    });
    expect(await seen('qa')).toEqual({ case: 200, cases: 1, tasks: 1, people: 200, policy: 200 });
    expect(await complainant()).toBe('Zhang San');
    await put(table({ ...without('case.see', 'qa'), ...without('case.see-personal', 'handler') }));
    expect(await seen('qa')).toEqual({ case: 404, cases: 0, tasks: 0, people: 404, policy: 404 });
    expect(await complainant()).toBe('•••');
    await api.call('admin', 'DELETE', '/v1/policy');
    expect(await seen('qa')).toEqual({ case: 200, cases: 1, tasks: 1, people: 200, policy: 200 });
    expect(await complainant()).toBe('Zhang San');
  });

  it('decides in cases opened from then on, for ever; those before keep theirs', async () => {
    const before = await api.openComplaint();
    const ours = table(without('case.recuse', 'manager'));
    expect((await put(ours)).status).toBe(200);
    const since = await api.openComplaint();
    const recuse = async ({ caseId }: { caseId: string }) =>
      (
        await api.call('manager', 'POST', `/v1/cases/${caseId}/recusals`, {
          ...{ personId: 'agent', because: 'conflict-of-interest', reason: 'They are related.' },
        })
      ).status;
    const rows = async ({ caseId }: { caseId: string }) =>
      (await getCase(api.store, { tenant: 'default', caseId }))?.state.policy;
    expect(await rows(before)).toBeUndefined();
    expect(await rows(since)).toEqual(policyRef(ours));
    const comments = async ({ caseId }: { caseId: string }) =>
      (await api.call('handler', 'GET', `/v1/cases/${caseId}/entries`)).body.items.map(
        ({ leaf }: { leaf: string }) => JSON.parse(leaf).policy,
      );
    expect(new Set(await comments(since))).toEqual(new Set([`ours@1.0.0#${policyRef(ours).hash}`]));
    const opened = (await api.call('handler', 'GET', `/v1/cases/${since.caseId}/entries`)).body.items[0];
    expect(opened.leaf).not.toContain('customer.speak-for');
    expect(await comments(before)).not.toContain(`ours@1.0.0#${policyRef(ours).hash}`);
    expect(await recuse(before)).toBe(200);
    expect(await recuse(since)).toBe(403);
    await api.call('admin', 'DELETE', '/v1/policy');
    expect(await recuse(since)).toBe(403);
    expect(await rows(since)).toEqual(policyRef(ours));
  });
});

describe('the rows that the documentation gives for opening again, extending and pausing', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8');
  const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = '{}']) => JSON.parse(json));
  const ours = table(examples.find((each) => 'case.reopen' in each));
  const act = async (who: string, path: string, more: object = {}) => {
    const { status, body } = await api.call(who, 'POST', path, { reason: 'New papers', ...more });
    return [status, body.code ?? body.status];
  };
  const withdrawn = async () => {
    const { caseId } = await api.openComplaint();
    const withdraw = { type: 'withdraw', data: {}, onBehalfOf: { customer: true } };
    expect((await api.call('handler', 'POST', `/v1/cases/${caseId}/events`, withdraw)).status).toBe(200);
    return `/v1/cases/${caseId}/reopen`;
  };

  it('are taken, and told only of whom no definition lets extend yet', async () => {
    const { status, body } = await put(ours);
    expect([status, body.warnings]).toEqual([
      200,
      [expect.objectContaining({ code: 'ACT_ROLE_IDLE', pointer: '/acts/deadline.extend/by/manager' })],
    ]);
  });

  it('decide in cases opened since, beside the definition; those before keep to the definition alone', async () => {
    const ground = { data: { ground: 'new-facts' } };
    const before = await withdrawn();
    await put(ours);
    const since = await withdrawn();
    expect(await act('handler', since, ground)).toEqual([403, 'ROLE_REQUIRED']);
    const customer = { ...ground, onBehalfOf: { customer: true } };
    expect(await act('handler', since, customer)).toEqual([403, 'ROLE_REQUIRED']);
    expect(await act('manager', since, ground)).toEqual([403, 'ROLE_REQUIRED']);
    expect(await act('complaints-manager', since, ground)).toEqual([200, 'open']);
    expect(await act('handler', before, ground)).toEqual([200, 'open']);
  });

  it('decide on an extension as well', async () => {
    const { caseId } = await api.openComplaint();
    const extend = `/v1/cases/${caseId}/deadlines/decision/extend`;
    expect(await act('complaints-manager', extend)).toEqual([200, 'open']);
    const row = { ...(ours.acts['deadline.extend'] as Act), by: { compliance: 'all' as const } };
    await put(table({ 'deadline.extend': row }, '1.1.0'));
    const later = (await api.openComplaint()).caseId;
    expect(await act('complaints-manager', `/v1/cases/${later}/deadlines/decision/extend`)).toEqual([
      403,
      'ROLE_REQUIRED',
    ]);
  });
});

describe('what is refused', () => {
  it('a table that drops a separation, and whoever is neither administrator nor compliance', async () => {
    const approve = { ...(currentPolicy.acts['payment.approve'] as Act), apartFrom: [] };
    const dropped = await put(table({ 'payment.approve': approve }));
    expect([dropped.status, dropped.body.code]).toEqual([422, 'DATA_INVALID']);
    expect(dropped.body.errors).toEqual([
      {
        pointer: '/acts/payment.approve/apartFrom',
        message: 'must keep payment.propose: a separation of duties may be added to, not dropped',
      },
    ]);
    expect((await put(table({}), 'manager')).body.code).toBe('ROLE_REQUIRED');
    expect((await api.call('manager', 'DELETE', '/v1/policy')).body.code).toBe('ROLE_REQUIRED');
    expect((await put({ acts: {} })).body.code).toBe('DATA_INVALID');
    const unknown = await put(table({ 'case.burn': { ...approve, events: {} } }));
    expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([422, '/acts/case.burn']);
    expect((await put(table({ 'case.see': { ...approve, by: { pilot: 'all' } } }))).body.code).toBe(
      'DATA_INVALID',
    );
    const refused = recordsOf(api.store).filter(({ type }) => type === 'command.refused');
    expect(refused.map(({ detail }) => detail.code)).toEqual([
      ...['DATA_INVALID', 'ROLE_REQUIRED', 'ROLE_REQUIRED', 'DATA_INVALID', 'DATA_INVALID', 'DATA_INVALID'],
    ]);
    expect((await api.call('agent', 'GET', '/v1/policy')).body.own).toBe(false);
  });

  it('another content under a version that there has been', async () => {
    expect((await put({ ...table(without('case.see', 'qa')), id: 'policy' })).status).toBe(409);
    expect((await put(table({}))).status).toBe(200);
    expect((await put(table(without('case.see', 'qa')))).body.code).toBe('ALREADY_EXISTS');
    await api.call('admin', 'DELETE', '/v1/policy');
    expect((await put(table(without('case.see', 'qa')))).body.code).toBe('ALREADY_EXISTS');
    expect((await put(table({}))).status).toBe(200);
  });

  it('nobody is locked out who can replace it', async () => {
    const see = currentPolicy.acts['case.see'] as Act;
    expect((await put(table({ 'case.see': { ...see, by: { agent: 'all' } } }))).status).toBe(200);
    expect((await api.call('admin', 'GET', '/v1/people')).status).toBe(404);
    expect((await put(table({}, '1.1.0'), 'admin')).status).toBe(200);
    expect((await api.call('admin', 'GET', '/v1/people')).status).toBe(200);
  });
});
