import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putPerson } from '../../db/own/people.ts';
import { publishPolicy } from '../../db/own/policies.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { type Act, currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: whoever reads in an entry which table decided it can read that table, and which one was in force when, for
// ever; auditors whatever the table in force says.

let api: Awaited<ReturnType<typeof startTestApi>>;
let now = Date.parse('2026-03-02T01:00:00.000Z');
beforeAll(async () => {
  api = await startTestApi({ now: () => now });
});
afterAll(() => api.stop());

const see = currentPolicy.acts['case.see'] as Act;
/** In which nobody but agents sees cases. */
const narrow: Policy = {
  ...currentPolicy,
  ...{ id: 'ours', version: '1.0.0', title: { zh: '窄', en: 'Narrow' } },
  acts: { ...currentPolicy.acts, 'case.see': { ...see, by: { agent: 'all' } } },
};
const newer: Policy = { ...currentPolicy, id: 'ours', version: '1.1.0' };
const at = (hours: number) =>
  new Date(Date.parse('2026-03-02T01:00:00.000Z') + hours * 3_600_000).toISOString();
const get = (who: string, path = '') => api.call(who, 'GET', `/v1/policy/versions${path}`);

describe('the tables that were in force', () => {
  it('are at first the shipped one alone', async () => {
    expect((await get('agent')).body).toEqual({
      items: [
        {
          ...{ ...policyRef(currentPolicy), shipped: true },
          ...{ from: null, until: null, by: null, record: null },
        },
      ],
      next: null,
    });
  });

  it('are told with their times, who put them in force, and the record of it', async () => {
    const change = async (hours: number, who: string, method: string, body?: object) => {
      now = Date.parse(at(hours));
      expect((await api.call(who, method, '/v1/policy', body)).status).toBe(200);
    };
    await change(1, 'compliance', 'PUT', narrow);
    await change(2, 'admin', 'DELETE');
    await change(3, 'admin', 'PUT', newer);
    await change(4, 'admin', 'PUT', narrow);
    const { items } = (await get('compliance')).body;
    expect(
      items.map(({ version, shipped, from, until, by }: { [field: string]: string }) => [
        ...[version, shipped, from, until, by],
      ]),
    ).toEqual([
      ['1.0.0', true, null, at(1), null],
      ['1.0.0', false, at(1), at(2), 'compliance'],
      ['1.0.0', true, at(2), at(3), 'admin'],
      ['1.1.0', false, at(3), at(4), 'admin'],
      ['1.0.0', false, at(4), null, 'admin'],
    ]);
    expect(items.map(({ hash }: { hash: string }) => hash)).toEqual(
      [currentPolicy, narrow, currentPolicy, newer, narrow].map((policy) => policyRef(policy).hash),
    );
    const numbers = recordsOf(api.store).flatMap(({ subject }, index) =>
      subject.id === 'policy' ? [index + 1] : [],
    );
    expect(items.slice(1).map(({ record }: { record: number }) => record)).toEqual(numbers);
  });

  it('can each be read by the hash that an entry names, also by an auditor whom the table shows no case', async () => {
    const { caseId } = await api.openComplaint();
    const { items } = (await api.call('agent', 'GET', `/v1/cases/${caseId}/entries`)).body;
    const [, named = ''] = JSON.parse(items[0].leaf).policy.split('#');
    expect((await api.call('auditor', 'GET', '/v1/cases')).body.items).toEqual([]);
    const { status, body } = await get('auditor', `/${named}`);
    expect([status, body]).toEqual([200, { hash: named, policy: narrow }]);
    for (const policy of [currentPolicy, newer]) {
      const { hash } = policyRef(policy);
      expect((await get('auditor', `/${hash}`)).body).toEqual({ hash, policy });
    }
    expect((await get('auditor')).body.items).toHaveLength(5);
  });
});

describe('what is not there', () => {
  it('a hash of nothing, what is no hash, the table of another company', async () => {
    const other: Policy = { ...currentPolicy, id: 'theirs' };
    await publishPolicy(api.store, 'other', other, { actorId: 'ada', atMs: now });
    expect((await get('auditor', `/${policyRef(other).hash}`)).status).toBe(404);
    expect((await get('auditor', `/${'f'.repeat(64)}`)).body.code).toBe('NOT_FOUND');
    expect((await get('auditor', '/1.0.0')).body.code).toBe('NOT_FOUND');
    expect((await get('auditor')).body.items).toHaveLength(5);
  });

  it('anything for who neither sees cases nor audits', async () => {
    await putPerson(api.store, {
      ...{ tenant: 'default', id: 'guest', name: 'Guest', status: 'active', roles: ['customer'] },
      ...{ departments: [], skills: [], authority: [] },
    });
    for (const who of ['guest', 'handler']) {
      expect((await get(who)).status).toBe(404);
      expect((await get(who, `/${policyRef(newer).hash}`)).status).toBe(404);
    }
    expect((await get('agent')).status).toBe(200);
  });
});
