import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyDatabase } from '../../cli/verify/verify-database.ts';
import { publishPolicy } from '../../db/own/policies.ts';
import { getCase } from '../../db/read/get-case.ts';
import { project } from '../../db/write/project.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { type Act, currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';
import { syntheticCase, syntheticStep } from '../support/synthetic-case.ts';

// Guarantee: a right that a new table takes away can be taken from an open case, by administrators and compliance, to
// the table in force and no other; what was refused changed nothing and is recorded.

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.stop());

/** In which managers take nobody out of a case. */
const ours = (version = '1.0.0'): Policy => {
  const row = currentPolicy.acts['case.recuse'] as Act;
  const { manager: _, ...by } = row.by;
  return {
    ...currentPolicy,
    id: 'ours',
    version,
    acts: { ...currentPolicy.acts, 'case.recuse': { ...row, by } },
  };
};
const publish = async (policy: Policy): Promise<string> => {
  expect((await api.call('admin', 'PUT', '/v1/policy', policy)).status).toBe(200);
  return policyRef(policy).hash;
};
const adopt = (who: string, caseId: string, hash: string, options = {}) =>
  api.call(who, 'POST', `/v1/cases/${caseId}/policy`, { hash, reason: 'Ms Li has left' }, options);
const policyOf = async (caseId: string) =>
  (await getCase(api.store, { tenant: 'default', caseId }))?.state.policy;
const recuse = async (caseId: string) =>
  (
    await api.call('manager', 'POST', `/v1/cases/${caseId}/recusals`, {
      ...{ personId: 'agent', because: 'conflict-of-interest', reason: 'They are related.' },
    })
  ).status;
const shippedHash = policyRef(currentPolicy).hash;

describe('an open case', () => {
  it('is put under the table in force: from the next request on that decides', async () => {
    const { caseId } = await api.openComplaint();
    const hash = await publish(ours());
    const { status, body } = await adopt('compliance', caseId, hash, { key: 'one' });
    expect([status, body.caseId]).toEqual([200, caseId]);
    expect((await adopt('compliance', caseId, hash, { key: 'one' })).body.seq).toBe(body.seq);
    expect(await policyOf(caseId)).toEqual(policyRef(ours()));
    expect(await recuse(caseId)).toBe(403);
    const { items } = (await api.call('lead', 'GET', `/v1/cases/${caseId}/entries`)).body;
    const entry = items.at(-1);
    expect([entry.type, entry.reason]).toEqual(['case.policy-adopted', 'Ms Li has left']);
    expect(JSON.parse(entry.leaf)).toMatchObject({
      actorId: 'compliance',
      data: { from: { hash: shippedHash }, to: policyRef(ours()) },
    });
    expect(entry.leaf).not.toContain('Ms Li');
  });

  it('is put back under the shipped one where that is in force again', async () => {
    await publish(ours());
    const { caseId } = await api.openComplaint();
    expect(await recuse(caseId)).toBe(403);
    await api.call('admin', 'DELETE', '/v1/policy');
    expect((await adopt('admin', caseId, shippedHash)).status).toBe(200);
    expect(await policyOf(caseId)).toBeUndefined();
    expect(await recuse(caseId)).toBe(200);
  });

  it('keeps it when it is closed and opened again', async () => {
    const { caseId } = await api.openComplaint();
    await adopt('admin', caseId, await publish(ours()));
    const withdraw = { type: 'withdraw', data: {}, onBehalfOf: { customer: true } };
    expect((await api.call('handler', 'POST', `/v1/cases/${caseId}/events`, withdraw)).status).toBe(200);
    const reopened = await api.call('handler', 'POST', `/v1/cases/${caseId}/reopen`, {
      ...{ reason: 'New papers came in', data: { ground: 'new-facts' } },
    });
    expect([reopened.status, await policyOf(caseId)]).toEqual([200, policyRef(ours())]);
    expect(await recuse(caseId)).toBe(403);
  });

  it('verifies, and does not where somebody with the file in hand says it follows another table', async () => {
    const { caseId } = await api.openComplaint();
    await adopt('admin', caseId, await publish(ours()));
    expect(verifyDatabase(api.store.file)).toMatchObject({ ok: true, cases: 1 });
    api.store.sqlite
      .prepare(`UPDATE cases SET state = json_remove(state, '$.policy') WHERE case_id = ?`)
      .run(caseId);
    expect(verifyDatabase(api.store.file)).toMatchObject({
      ...{ ok: false, firstBad: { code: 'CASE_DIFFERS', what: expect.stringContaining('"policy"') } },
    });
  });
});

describe('what is refused', () => {
  it('a wrong role, a table that is not in force, a closed case, a case that follows it already', async () => {
    const { caseId } = await api.openComplaint();
    const closed = (await api.openComplaint()).caseId;
    const withdraw = { type: 'withdraw', data: {}, onBehalfOf: { customer: true } };
    await api.call('handler', 'POST', `/v1/cases/${closed}/events`, withdraw);
    const earlier = await publish(ours());
    const hash = await publish(ours('1.1.0'));
    const codes = [
      await adopt('manager', caseId, hash),
      await adopt('admin', caseId, earlier),
      await adopt('admin', caseId, shippedHash),
      await adopt('admin', caseId, 'f'.repeat(64)),
      await adopt('admin', closed, hash),
      await adopt('admin', 'nowhere', hash),
    ].map(({ status, body }) => [status, body.code]);
    expect(codes).toEqual([
      [403, 'ROLE_REQUIRED'],
      ...Array.from({ length: 3 }, () => [422, 'POLICY_UNKNOWN']),
      [409, 'CASE_CLOSED'],
      [404, 'CASE_UNKNOWN'],
    ]);
    expect(await policyOf(caseId)).toBeUndefined();
    expect((await adopt('admin', caseId, hash)).status).toBe(200);
    const again = await adopt('admin', caseId, hash);
    expect([again.status, again.body.code]).toEqual([409, 'POLICY_UNCHANGED']);
    const refused = recordsOf(api.store).filter(({ type }) => type === 'command.refused');
    expect(refused.map(({ detail }) => detail.code)).toEqual([
      ...codes.map(([, code]) => code),
      'POLICY_UNCHANGED',
    ]);
    const input = await api.call('admin', 'POST', `/v1/cases/${caseId}/policy`, { hash });
    expect(input.body).toMatchObject({ code: 'INPUT_INVALID', errors: [{ pointer: '/reason' }] });
  });
});

it('a run that the store is ahead of is given the table that the stored case follows', async () => {
  const policy = ours();
  await publishPolicy(api.store, 'acme', policy, { actorId: 'ada', atMs: Date.now() });
  const run = { id: 'run-1', effects: [] };
  const first = syntheticStep(syntheticCase());
  await project(api.store, { ...first, run });
  await project(api.store, { ...syntheticStep(first.state, { policy: policyRef(policy) }), run });
  const other = { ...syntheticStep(first.state, {}, { commandId: 'another' }), run };
  expect(await project(api.store, other)).toMatchObject({
    ...{ seq: 2, ahead: { policy: policyRef(policy) }, policy: { id: 'ours', version: '1.0.0' } },
  });
});
