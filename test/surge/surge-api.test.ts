import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findAssignee } from '../../activities/find-assignee.ts';
import { getPerson, putPerson } from '../../db/own/people.ts';
import { listHistory } from '../../db/own/people-history.ts';
import { startDueSurges } from '../../db/own/surge.ts';
import { startNotified } from '../notification/notified.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: managers, or a rule that they have chosen, switch surge mode on and off; each is recorded, and it ends by itself.

const reason = 'Typhoon';
let api: Awaited<ReturnType<typeof startNotified>>;

beforeEach(async () => {
  api = await startNotified({ at: '2026-10-01T02:00:00.000Z' });
});
afterEach(() => api.stop());

const until = (hours: number): string => new Date(api.now() + hours * 3_600_000).toISOString();
const start = (hours = 24, person = 'manager', body: object = {}) =>
  api.call(person, 'POST', '/v1/surge', { plan: 'holiday', until: until(hours), reason, ...body });
const status = async () => (await api.call('agent', 'GET', '/v1/surge')).body;

describe('switching it', () => {
  it('is shown to everybody, ends by itself, and is a record without the reason', async () => {
    expect(await status()).toMatchObject({ on: null, rule: null, plans: [{ id: 'holiday' }] });
    const started = await start();
    expect([started.status, started.body]).toMatchObject([
      200,
      { plan: { id: 'holiday', version: '1.0.0' }, by: 'manager', cause: 'manager', until: until(24) },
    ]);
    expect((await status()).on).toMatchObject({ plan: { id: 'holiday' }, reason });
    expect((await api.call(null, 'GET', '/readyz')).body.surge).toEqual({
      plan: 'holiday@1.0.0',
      until: until(24),
    });
    expect((await api.call(null, 'GET', '/metrics')).body).toContain('caseloom_surge_on 1');
    const record = recordsOf(api.store).find(({ type }) => type === 'surge.started');
    expect(record).toMatchObject({ actorId: 'manager', detail: { plan: 'holiday@1.0.0', cause: 'manager' } });
    expect(JSON.stringify(record)).not.toContain(reason);
    api.advance(24 * 3_600_000);
    expect((await status()).on).toBeNull();
    expect((await api.call(null, 'GET', '/readyz')).body.surge).toBeNull();
  });

  it('off before its time is a record too, and what was before stays known', async () => {
    await start();
    expect((await api.call('manager', 'POST', '/v1/surge/end', { reason: 'Over' })).status).toBe(200);
    expect((await status()).on).toBeNull();
    const again = await api.call('manager', 'POST', '/v1/surge/end', { reason: 'Over' });
    expect([again.status, again.body.detail]).toEqual([404, 'Surge mode is not on.']);
    const { items } = await listHistory(api.store, {
      tenant: 'default',
      subject: { kind: 'setting', id: 'surge' },
    });
    expect(items.map(({ type }) => type)).toEqual(['surge.started', 'surge.ended']);
  });

  it('leaves the ladder that administrators read, and may publish again, as it is', async () => {
    const ladder = async () => (await api.call('admin', 'GET', '/v1/notifications/ladder')).body;
    const before = await ladder();
    await start();
    expect(await ladder()).toEqual(before);
  });

  it.each<[string, number, string, object, string]>([
    ['by who is no manager', 24, 'agent', {}, 'ROLE_REQUIRED'],
    ['by a plan that there is not', 24, 'manager', { plan: 'flood' }, 'DATA_INVALID'],
    ['for longer than the plan allows', 241, 'manager', {}, 'TIME_INVALID'],
    ['until what is past', -1, 'manager', {}, 'TIME_INVALID'],
    ['without a reason', 24, 'manager', { reason: '' }, 'INPUT_INVALID'],
  ])('is refused %s', async (_, hours, person, body, code) => {
    expect((await start(hours, person, body)).body.code).toBe(code);
    expect((await status()).on).toBeNull();
  });
});

it('what people promise meanwhile is the plan’s; what ran before and what the law asks stay', async () => {
  const before = await api.openComplaint();
  await start();
  const during = await api.openComplaint();
  const dueOf = ({ deadlines }: { deadlines: { name: string; dueAt: string }[] }, name: string) =>
    deadlines.find((each) => each.name === name)?.dueAt;
  expect(dueOf(during, 'first-contact')).toBe(until(4));
  expect(dueOf(before, 'first-contact')).not.toBe(until(4));
  expect(dueOf(during, 'decision')).toBe(dueOf(before, 'decision'));
  const again = (await api.call('handler', 'GET', `/v1/cases/${before.caseId}`)).body;
  expect(dueOf(again, 'first-contact')).toBe(dueOf(before, 'first-contact'));
});

it('tasks go to who is on the night roster first, at night, while it is on', async () => {
  const agent = await getPerson(api.store, 'default', 'agent-3');
  await putPerson(api.store, { ...(agent as NonNullable<typeof agent>), skills: ['night-roster'] });
  const chosen = () =>
    api.store.read(
      (db) =>
        findAssignee(
          db,
          {
            ...{ tenant: 'default', caseId: 'c', role: 'agent', skills: [] },
            ...{ policy: 'least-loaded' as const, notPersons: [] },
          },
          { nowMs: api.now() },
        )?.id,
    );
  const night = '2026-10-01T14:00:00.000Z';
  api.setTime(night);
  expect(await chosen()).toBe('agent');
  await start();
  expect(await chosen()).toBe('agent-3');
  api.setTime('2026-10-02T02:00:00.000Z');
  expect(await chosen()).toBe('agent');
});

describe('the rule', () => {
  let opened = 0;
  const open = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      opened += 1;
      api.store.sqlite.exec(`
        insert into cases (tenant, case_id, number, kind, definition_id, definition_version, definition_hash, status,
          states, state, last_seq, rev, epoch, head_hash, received_at, opened_at, updated_at, due_sort, breached, incident)
        values ('default', 'x-${opened}', 'n', 'claim', 'claim', '1.0.0', 'h', 'open', '[]', '{}', 1, 1, 1, 'h',
          '', '${new Date(api.now()).toISOString()}', '', '', 0, 0)`);
    }
  };
  const choose = (plan: string | null, person = 'manager') =>
    api.call(person, 'PUT', '/v1/surge/rule', { plan });

  it('switches it on by itself where a manager has chosen it, with the figures, and not again after it was ended', async () => {
    open(30);
    expect(await startDueSurges(api.store, api.now())).toEqual([]);
    expect((await choose('holiday', 'agent')).body.code).toBe('ROLE_REQUIRED');
    expect((await choose('flood')).body.code).toBe('DATA_INVALID');
    expect((await choose('holiday')).body).toEqual({ plan: 'holiday' });
    expect(await startDueSurges(api.store, api.now())).toEqual(['default']);
    expect((await status()).on).toMatchObject({
      ...{ by: 'system', cause: 'rule', until: until(12), figures: { openings: 30, usual: 0 } },
    });
    expect(await startDueSurges(api.store, api.now())).toEqual([]);
    await api.call('manager', 'POST', '/v1/surge/end', { reason: 'A test' });
    api.advance(60_000);
    expect(await startDueSurges(api.store, api.now())).toEqual([]);
  });

  it('leaves usual numbers alone', async () => {
    await choose('holiday');
    for (let n = 0; n < 5; n += 1) {
      open(20);
      api.advance(61 * 60_000);
    }
    open(25);
    expect(await startDueSurges(api.store, api.now())).toEqual([]);
    open(40);
    expect(await startDueSurges(api.store, api.now())).toEqual(['default']);
  });
});
