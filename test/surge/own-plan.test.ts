import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDueSurges } from '../../db/own/surge.ts';
import { shippedSurgePlans } from '../../machines/library/surge/index.ts';
import type { SurgePlan } from '../../machines/surge/plan.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: administrators publish a company's own plans for surge mode, whose versions never change; what is on goes on by
// the plan as it was, and a plan that could not work is refused with the place.

let api: Awaited<ReturnType<typeof startTestApi>>;
let nowMs = Date.parse('2026-10-01T02:00:00.000Z');
beforeEach(async () => {
  api = await startTestApi({ now: () => nowMs });
});
afterEach(() => api.stop());

const hail: SurgePlan = {
  ...{ id: 'hail', version: '1.0.0', title: { zh: '冰雹', en: 'Hail' }, calendar: 'cn', hoursMax: 48 },
  promises: [{ kinds: ['complaint'], deadline: 'first-contact', limit: 'PT8H', count: 'elapsed' }],
  roster: [{ role: 'agent', skill: 'night-roster', from: '20:00', to: '08:00' }],
  notify: {},
  rule: { kind: 'complaint', times: 2, windowMinutes: 60, usualDays: 7, openingsMin: 2, hours: 6 },
};
const holiday = shippedSurgePlans[0] as SurgePlan;
const put = (plan: object, id = 'hail', who = 'admin') => api.call(who, 'PUT', `/v1/surge/plans/${id}`, plan);
const drop = (id: string, who = 'admin') => api.call(who, 'DELETE', `/v1/surge/plans/${id}`);
const start = (plan: string) => {
  const until = new Date(nowMs + 3_600_000).toISOString();
  return api.call('manager', 'POST', '/v1/surge', { plan, until, reason: 'Hail' });
};
const status = async () => (await api.call('agent', 'GET', '/v1/surge')).body;
const limitOf = async () => {
  const { caseId } = await api.openComplaint();
  const path = `/v1/cases/${caseId}/deadlines/first-contact/explanation`;
  return JSON.stringify((await api.call('handler', 'GET', path)).body);
};

it('is published, switched on, and what starts meanwhile is promised by it; its record has no more than its name', async () => {
  expect((await start('hail')).body.code).toBe('DATA_INVALID');
  expect((await put(hail)).body).toMatchObject({ plan: { id: 'hail', version: '1.0.0' } });
  expect((await status()).plans.map(({ id }: SurgePlan) => id)).toEqual(['hail', 'holiday']);
  expect((await start('hail')).status).toBe(200);
  expect(await limitOf()).toContain('PT8H');
  const record = recordsOf(api.store).find(({ subject }) => subject.id === 'surge-plan:hail');
  expect(record).toMatchObject({ type: 'setting.changed', detail: { version: '1.0.0' } });
});

it('stands in for a shipped one, which comes back; what is on stays as it was', async () => {
  expect((await put({ ...holiday, version: '2.0.0', hoursMax: 24 }, 'holiday')).status).toBe(200);
  expect((await start('holiday')).body.plan).toEqual({ id: 'holiday', version: '2.0.0' });
  expect((await drop('holiday')).body.plan).toMatchObject({ version: '1.0.0' });
  expect(await status()).toMatchObject({ on: { plan: { version: '2.0.0' } }, plans: [{ version: '1.0.0' }] });
});

it('switches surge mode on by its rule, and stays as long as that may', async () => {
  await put(hail);
  const choose = (plan: string | null) => api.call('manager', 'PUT', '/v1/surge/rule', { plan });
  expect((await choose('hail')).status).toBe(200);
  expect((await drop('hail')).body.detail).toMatch(/choose another rule/);
  const { rule: _, ...ruleless } = hail;
  expect((await put({ ...ruleless, version: '1.1.0' })).status).toBe(422);
  await api.openComplaint();
  await api.openComplaint();
  expect(await startDueSurges(api.store, nowMs)).toEqual(['default']);
  expect((await status()).on).toMatchObject({ plan: { id: 'hail' }, cause: 'rule' });
  await choose(null);
  expect((await drop('hail')).body).toEqual({ plan: null });
  expect((await drop('hail')).status).toBe(404);
  nowMs += 7 * 3_600_000;
  expect((await status()).on).toBeNull();
});

it.each<[string, object, number, string]>([
  ['of another id', { ...hail, id: 'rain' }, 422, '/id'],
  ['without its parts', { id: 'hail' }, 422, '/version'],
  ['by a calendar that there is not', { ...hail, calendar: 'moon' }, 422, '/calendar'],
  [
    'for a role that there is not',
    { ...hail, roster: [{ role: 'pilot', skill: 'x', from: '01:00', to: '02:00' }] },
    422,
    '/roster/0/role',
  ],
  [
    'of a department that there is not',
    { ...hail, roster: [{ role: 'agent', department: 'moon', from: '01:00', to: '02:00' }] },
    422,
    '/roster/0/department',
  ],
  ['longer than itself', { ...hail, hoursMax: 2 }, 422, '/rule/hours'],
  ['under a version that is taken', { ...hail, hoursMax: 40 }, 409, '/version'],
])('is refused %s', async (_, plan, code, pointer) => {
  await put(hail);
  const answer = await put(plan);
  expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([code, pointer]);
  expect((await status()).plans[0]).toEqual(hail);
});

it('is for administrators', async () => {
  expect((await put(hail, 'hail', 'manager')).body.code).toBe('ROLE_REQUIRED');
  expect((await status()).plans.map(({ id }: SurgePlan) => id)).toEqual(['holiday']);
});
