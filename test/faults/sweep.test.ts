import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSweep } from '../../api/start-sweep.ts';
import { appendRecord } from '../../db/own/append-record.ts';
import { beginRequest } from '../../db/own/idempotency.ts';
import { openValues } from '../../db/vault/open-values.ts';
import { sealValues } from '../../db/vault/seal-values.ts';
import { searchCases } from '../../db/vault/search.ts';
import { sweepValues } from '../../db/vault/sweep-values.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: a personal value that came to stand in no entry is destroyed with what it could be found by, two days after
// it was sealed and never within the first; one that stands in an entry stays.

const hourMs = 3_600_000;
const tenant = 'default';
type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
let startedAtMs: number;

beforeEach(async () => {
  startedAtMs = Date.now();
  api = await startTestApi();
});
afterEach(() => api.stop());

const values = () =>
  api.store.sqlite.prepare('SELECT ref FROM vault_values ORDER BY ref').pluck().all() as string[];
const later = (hours: number) => sweepValues(api.vault, startedAtMs + hours * hourMs);

test('what a refused command left goes; what is in the trail stays and is looked at once', async () => {
  const { caseId } = await api.openComplaint();
  const kept = values();
  expect(kept.length).toBeGreaterThan(0);
  const refused = await api.call('agent', 'POST', `/v1/cases/${caseId}/events`, {
    type: 'close.urgently',
    reason: 'He called twice',
  });
  const unwanted = await api.call('handler', 'POST', `/v1/cases/${caseId}/events`, {
    type: 'acknowledge',
    reason: 'Too early',
  });
  expect([refused.status, unwanted.status]).toEqual([409, 409]);
  expect(values().length).toBeGreaterThan(kept.length);

  expect(await later(23)).toEqual({ looked: 0, swept: 0 });
  expect(await later(24)).toEqual({ looked: 0, swept: 0 });
  const left = values().length;
  expect(await later(49)).toEqual({ looked: left, swept: left - kept.length });
  expect(values()).toEqual(kept);
  expect(await later(1_000)).toEqual({ looked: 0, swept: 0 });
  expect((await api.call('agent', 'GET', `/v1/cases/${caseId}`)).body.data.complainant.name).toBe(
    'Zhang San',
  );
});

test('a value sealed again for its command is as young as then', async () => {
  const sealing = { tenant, subject: 'case:c', caseId: 'c', commandId: 'one' };
  const value = [{ field: '/name', value: 'Li Si' }];
  await sealValues(api.vault, { ...sealing, nowMs: startedAtMs }, value);
  await sealValues(api.vault, { ...sealing, nowMs: startedAtMs + 40 * hourMs }, value);
  expect(await later(49)).toEqual({ looked: 0, swept: 0 });
  expect(await later(89)).toEqual({ looked: 1, swept: 1 });
});

test('the case is found by a swept value no more, unless it has the same one elsewhere', async () => {
  const { caseId } = await api.openComplaint();
  const field = '/complainant/name';
  const seal = async (name: string) => {
    const [sealed] = await sealValues(
      api.vault,
      { tenant, subject: `case:${caseId}`, caseId, commandId: `refused-${name}`, nowMs: startedAtMs },
      [{ field, value: name, searchable: true }],
    );
    return sealed?.ref ?? '';
  };
  const find = (text: string) => searchCases(api.vault, { tenant, text, field });
  const refs = [await seal('Wang Wu'), await seal('zhang san')];
  expect([await find('Wang Wu'), await find('Zhang San')]).toEqual([[caseId], [caseId]]);
  expect((await later(49)).swept).toBe(2);
  expect((await openValues(api.vault, tenant, refs)).size).toBe(0);
  expect([await find('Wang Wu'), await find('Zhang San')]).toEqual([[], [caseId]]);
});

test('a value that only a record about its case names stays', async () => {
  const sealing = { tenant, subject: 'case:c', caseId: 'c', nowMs: startedAtMs };
  const [sealed] = await sealValues(api.vault, sealing, [{ field: 'reason', value: 'asked by phone' }]);
  await appendRecord(api.store, tenant, {
    actorId: 'auditor',
    type: 'document.read',
    subject: { kind: 'case', id: 'c' },
    detail: { reason: sealed?.ref ?? null },
    commitments: [sealed?.commitment ?? ''],
  });
  expect(await later(49)).toEqual({ looked: 1, swept: 0 });
  expect(values()).toEqual([sealed?.ref]);
});

test('a round goes through all there is, batch by batch, and so for the kept answers', async () => {
  const count = 120;
  for (let n = 0; n < count; n++) {
    const sealing = { tenant, subject: 'case:c', caseId: 'c', nowMs: startedAtMs };
    await sealValues(api.vault, sealing, [{ field: '/n', value: n }]);
  }
  await beginRequest(api.store, { tenant, hash: 'h', fingerprint: 'f' }, { nowMs: startedAtMs });
  const failures: string[] = [];
  const stop = startSweep(api.vault, {
    now: () => startedAtMs + 49 * hourMs,
    onError: () => failures.push('failed'),
  });
  const rows = () => api.store.sqlite.prepare('SELECT count(*) FROM idempotency').pluck().get();
  await expect.poll(() => values().length).toBe(0);
  expect(rows()).toBe(0);
  await stop();
  expect(failures).toEqual([]);
});
