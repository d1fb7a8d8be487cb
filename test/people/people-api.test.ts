import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putPerson } from '../../db/own/people.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: people data are read by staff, changed by whom it is given to, never by somebody for themselves; what
// contradicts itself is refused with its code and recorded, and changes nothing.

let nowMs = Date.UTC(2026, 4, 4, 1);
const day = 86_400_000;
const at = (ms: number) => new Date(ms).toISOString();
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ now: () => nowMs });
});
afterAll(() => api.stop());

const call: TestApi['call'] = (...args) => api.call(...args);
const newPerson = (personId: string, changes: object = {}) => ({
  ...{
    personId,
    name: `Name of ${personId}`,
    roles: ['adjuster'],
    departments: ['claims'],
    superior: 'lead',
  },
  ...changes,
});

describe('people', () => {
  test('201, 200: added, changed, found again; the record holds no name', async () => {
    const licences = [{ name: 'surveyor', until: '2027-01-01T00:00:00Z' }];
    const added = await call('admin', 'POST', '/v1/people', newPerson('li', { licences, calendar: 'cn' }));
    expect(added.status).toBe(201);
    expect(added.headers.get('location')).toBe('/v1/people/li');
    expect(added.body).toMatchObject({
      ...{ personId: 'li', licences: ['surveyor'], superior: 'lead', calendar: 'cn' },
      authority: [
        { amount: 1_000_000, currency: 'CNY' },
        { amount: 1_000_000, currency: 'GBP' },
        { amount: 1_000_000, currency: 'USD' },
      ],
    });
    const changed = await call('admin', 'PATCH', '/v1/people/li', { roles: ['lead'], name: 'Li Hua' });
    expect(changed.body).toMatchObject({
      name: 'Li Hua',
      roles: ['lead'],
      licences: ['surveyor'],
      superior: 'lead',
    });
    expect((await call('agent', 'GET', '/v1/people/li')).body).toEqual(changed.body);
    const states = (await call('auditor', 'GET', '/v1/people/li/history')).body.items;
    expect(
      states.map(({ type, content }: { type: string; content: { name: string } }) => [type, content.name]),
    ).toEqual([
      ['person.added', 'Name of li'],
      ['person.changed', 'Li Hua'],
    ]);
    const ofLi = recordsOf(api.store).filter(({ subject }) => subject.id === 'li');
    expect(ofLi.map(({ type, actorId }) => [type, actorId])).toEqual([
      ['person.added', 'admin'],
      ['person.changed', 'admin'],
    ]);
    expect(JSON.stringify(ofLi)).not.toMatch(/Li Hua|Name of/);
  });

  test('the same key and body again is the same person, and no second change', async () => {
    const key = randomUUID();
    const first = await call('admin', 'POST', '/v1/people', newPerson('once'), { key });
    const again = await call('admin', 'POST', '/v1/people', newPerson('once'), { key });
    expect([again.status, again.body]).toEqual([201, first.body]);
    const other = await call('admin', 'POST', '/v1/people', newPerson('twice'), { key });
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const none = await call('admin', 'POST', '/v1/people', newPerson('twice'), { key: null });
    expect([none.status, none.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
  });

  test.each<[string, string, object, number, string]>([
    ['who is no administrator', 'manager', {}, 403, 'ROLE_REQUIRED'],
    ['an unknown role', 'admin', { roles: ['king'] }, 422, 'ROLE_UNKNOWN'],
    ['an unknown department', 'admin', { departments: ['moon'] }, 422, 'DEPARTMENT_UNKNOWN'],
    ['an unknown superior', 'admin', { superior: 'nobody' }, 422, 'PERSON_UNKNOWN'],
    ['oneself as superior', 'admin', { superior: 'zhou' }, 409, 'HIERARCHY_LOOP'],
    ['an unknown calendar', 'admin', { calendar: 'moon' }, 422, 'CALENDAR_UNKNOWN'],
    ['an id that is taken', 'admin', { personId: 'lead' }, 409, 'ALREADY_EXISTS'],
    ['an id that means something else', 'admin', { personId: 'system' }, 422, 'INPUT_INVALID'],
    ['a name that is a formula', 'admin', { name: '=HYPERLINK(1)' }, 422, 'INPUT_INVALID'],
    ['an unknown field', 'admin', { admin: true }, 422, 'INPUT_INVALID'],
    [
      'a role that ends before it starts',
      'admin',
      { roles: [{ name: 'lead', from: at(9), until: at(8) }] },
      422,
      'PERIOD_INVALID',
    ],
  ])('%s is refused', async (_, as, changes, status, code) => {
    const answered = await call(as, 'POST', '/v1/people', newPerson('zhou', changes));
    expect([answered.status, answered.body.code]).toEqual([status, code]);
    expect((await call('admin', 'GET', '/v1/people/zhou')).status).toBe(404);
    if (code !== 'INPUT_INVALID') {
      expect(recordsOf(api.store).at(-1)).toMatchObject({
        type: 'command.refused',
        actorId: as,
        detail: { code },
      });
    }
  });

  test('nobody changes their own rights, under another account included', async () => {
    await call('admin', 'POST', '/v1/people', newPerson('boss', { roles: ['admin'], departments: [] }));
    await call(
      'admin',
      'POST',
      '/v1/people',
      newPerson('boss-b', { roles: ['admin'], departments: [], samePersonAs: 'boss' }),
    );
    for (const [as, whom] of [
      ['admin', 'admin'],
      ['boss', 'boss-b'],
      ['boss-b', 'boss'],
    ] as const) {
      const own = await call(as, 'PATCH', `/v1/people/${whom}`, { roles: ['admin', 'manager'] });
      expect([own.status, own.body.code]).toEqual([409, 'FOUR_EYES']);
      const added = newPerson('boss-c', { roles: ['manager'], samePersonAs: whom });
      const another = await call(as, 'POST', '/v1/people', added);
      expect([another.status, another.body.code]).toEqual([409, 'FOUR_EYES']);
      const taken = await call(as, 'PATCH', '/v1/people/manager', { samePersonAs: whom });
      expect([taken.status, taken.body.code]).toEqual([409, 'FOUR_EYES']);
    }
    expect((await call('admin', 'PATCH', '/v1/people/nobody', { name: 'X' })).status).toBe(404);
  });

  test('who is disabled is out with the next request', async () => {
    await call('admin', 'POST', '/v1/people', newPerson('brief'));
    expect((await call('brief', 'GET', '/v1/people/me')).status).toBe(200);
    await call('admin', 'PATCH', '/v1/people/brief', { status: 'disabled' });
    expect((await call('brief', 'GET', '/v1/people/me')).status).toBe(401);
  });

  test('lists are pages by id, narrowed by role, department and name; a foreign cursor is refused', async () => {
    const first = (await call('agent', 'GET', '/v1/people?limit=10')).body;
    const second = (await call('agent', 'GET', `/v1/people?limit=10&cursor=${first.next}`)).body;
    const ids = [...first.items, ...second.items].map(({ personId }: { personId: string }) => personId);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(ids.length).toBe(20);
    const found = async (query: string) =>
      (await call('agent', 'GET', `/v1/people?${query}`)).body.items.map(
        ({ personId }: { personId: string }) => personId,
      );
    expect(await found('role=siu')).toEqual(['siu']);
    expect(await found('department=survey')).toEqual(['adjuster-2', 'lead-2']);
    expect(await found('q=demo%20regul')).toEqual(['regulator-liaison']);
    const foreign = await call('agent', 'GET', `/v1/departments?cursor=${first.next}`);
    expect([foreign.status, foreign.body.code]).toEqual([422, 'CURSOR_INVALID']);
  });

  test('to who is no staff, none of it is there', async () => {
    await putPerson(api.store, {
      ...{ tenant: 'default', id: 'guest', name: 'Guest', status: 'active' },
      ...{ roles: ['customer'], departments: [], skills: [], authority: [] },
    });
    for (const path of [
      'people',
      'people/lead',
      'people/lead/history',
      'roles',
      'departments',
      'authority',
      'absences',
      'delegations',
    ]) {
      expect([path, (await call('guest', 'GET', `/v1/${path}`)).status]).toEqual([path, 404]);
    }
    expect((await call('guest', 'POST', '/v1/absences', {})).status).not.toBe(201);
    expect((await call('agent', 'GET', '/v1/people/lead/history')).status).toBe(404);
    expect((await call('agent', 'GET', '/v1/people/agent/history')).status).toBe(200);
  });
});

test('a role is added by an administrator, and held from then on', async () => {
  const role = { id: 'actuary', title: { zh: '精算', en: 'Actuary' } };
  expect((await call('lead', 'POST', '/v1/roles', role)).body.code).toBe('ROLE_REQUIRED');
  expect((await call('admin', 'POST', '/v1/roles', role)).status).toBe(201);
  expect(
    (await call('admin', 'POST', '/v1/roles', { ...role, title: { zh: '别', en: 'Else' } })).body.code,
  ).toBe('ALREADY_EXISTS');
  expect((await call('agent', 'GET', '/v1/roles')).body.items).toContainEqual(role);
  expect((await call('admin', 'POST', '/v1/people', newPerson('qin', { roles: ['actuary'] }))).status).toBe(
    201,
  );
});

describe('departments', () => {
  test('201, 200: a tree with heads; 403, 404, 409, 422', async () => {
    const title = { zh: '华东查勘', en: 'Survey East' };
    const added = await call('admin', 'POST', '/v1/departments', {
      id: 'survey-east',
      title,
      parent: 'survey',
    });
    expect([added.status, added.body]).toEqual([
      201,
      { id: 'survey-east', title, parent: 'survey', head: null, status: 'active' },
    ]);
    const changed = await call('admin', 'PATCH', '/v1/departments/survey-east', { head: 'adjuster-2' });
    expect((await call('agent', 'GET', '/v1/departments/survey-east')).body).toEqual(changed.body);
    expect(changed.body.head).toBe('adjuster-2');
    const refused = async (as: string, id: string, body: object) => {
      const answered = await call(as, 'PATCH', `/v1/departments/${id}`, body);
      return [answered.status, answered.body.code];
    };
    expect(await refused('lead', 'survey', { head: 'lead' })).toEqual([403, 'ROLE_REQUIRED']);
    expect(await refused('admin', 'survey', { parent: 'survey-east' })).toEqual([409, 'HIERARCHY_LOOP']);
    expect(await refused('admin', 'survey', { head: 'nobody' })).toEqual([422, 'PERSON_UNKNOWN']);
    expect(await refused('admin', 'moon', { head: 'lead' })).toEqual([404, 'NOT_FOUND']);
  });
});

describe('authority', () => {
  const line = { holder: { kind: 'person', id: 'siu' }, caseKind: 'claim', currency: 'CNY', amount: 2_000 };
  test('a line is set, listed, and ended', async () => {
    expect((await call('admin', 'PUT', '/v1/authority', line)).body).toMatchObject({
      ...line,
      from: at(nowMs),
      until: null,
    });
    const { items } = (await call('agent', 'GET', '/v1/authority')).body;
    expect(items).toContainEqual({ ...line, from: at(nowMs), until: null });
    nowMs += 1;
    const ended = await call('admin', 'PUT', '/v1/authority', { ...line, amount: null });
    expect([ended.status, ended.body.amount]).toEqual([200, null]);
    const again = await call('admin', 'PUT', '/v1/authority', { ...line, amount: null });
    expect(again.status).toBe(404);
  });
  test.each<[string, string, object, number, string]>([
    ['by who is no administrator', 'manager', {}, 403, 'ROLE_REQUIRED'],
    ['for oneself', 'admin', { holder: { kind: 'person', id: 'admin' } }, 409, 'FOUR_EYES'],
    ['for a role one holds', 'admin', { holder: { kind: 'role', id: 'admin' } }, 409, 'FOUR_EYES'],
    ['in no currency', 'admin', { currency: 'ABC' }, 422, 'CURRENCY_UNKNOWN'],
    ['for an unknown role', 'admin', { holder: { kind: 'role', id: 'king' } }, 422, 'ROLE_UNKNOWN'],
    ['for the past', 'admin', { from: '2020-01-01T00:00:00Z' }, 422, 'PERIOD_INVALID'],
    ['below nothing', 'admin', { amount: -1 }, 422, 'INPUT_INVALID'],
  ])('%s is refused', async (_, as, changes, status, code) => {
    const answered = await call(as, 'PUT', '/v1/authority', { ...line, ...changes });
    expect([answered.status, answered.body.code]).toEqual([status, code]);
  });
});

describe('absences', () => {
  const away = (changes: object = {}) => ({
    reason: 'sick',
    from: at(nowMs + day),
    until: at(nowMs + 2 * day),
    ...changes,
  });
  test('by oneself, by whoever leads, by nobody else; only they see why', async () => {
    const own = await call('adjuster', 'POST', '/v1/absences', away());
    expect([own.status, own.body.reason, own.body.personId]).toEqual([201, 'sick', 'adjuster']);
    const byLead = await call(
      'lead',
      'POST',
      '/v1/absences',
      away({ personId: 'adjuster', from: at(nowMs + 2 * day), until: at(nowMs + 3 * day) }),
    );
    expect(byLead.status).toBe(201);
    const byHead = await call('manager', 'POST', '/v1/absences', away({ personId: 'adjuster-2' }));
    expect(byHead.status).toBe(201);
    const foreign = await call('finance', 'POST', '/v1/absences', away({ personId: 'adjuster-3' }));
    expect([foreign.status, foreign.body.code]).toEqual([403, 'ROLE_REQUIRED']);
    const seenBy = async (as: string) =>
      (await call(as, 'GET', '/v1/absences?personId=adjuster')).body.items.map(
        ({ reason }: { reason: string | null }) => reason,
      );
    expect(await seenBy('lead')).toEqual(['sick', 'sick']);
    expect(await seenBy('finance')).toEqual([null, null]);
    expect(JSON.stringify(recordsOf(api.store))).not.toContain('sick');
  });

  test('overlapping, reversed or of nobody: refused; changed and cancelled', async () => {
    const first = (await call('handler', 'POST', '/v1/absences', away())).body;
    const second = await call(
      'handler',
      'POST',
      '/v1/absences',
      away({ from: at(nowMs + 2 * day - 1), until: at(nowMs + 4 * day) }),
    );
    expect([second.status, second.body.code]).toEqual([409, 'ABSENCE_OVERLAPS']);
    const reversed = await call('handler', 'POST', '/v1/absences', away({ until: at(nowMs) }));
    expect([reversed.status, reversed.body.code]).toEqual([422, 'PERIOD_INVALID']);
    const nobody = await call('admin', 'POST', '/v1/absences', away({ personId: 'nobody' }));
    expect([nobody.status, nobody.body.code]).toEqual([422, 'PERSON_UNKNOWN']);
    const path = `/v1/absences/${first.absenceId}`;
    expect((await call('handler', 'PATCH', path, { until: at(nowMs + 5 * day) })).body.until).toBe(
      at(nowMs + 5 * day),
    );
    expect((await call('adjuster', 'PATCH', path, { status: 'cancelled' })).status).toBe(403);
    expect((await call('handler', 'PATCH', path, { status: 'cancelled' })).body.status).toBe('cancelled');
    expect((await call('handler', 'PATCH', path, { until: at(nowMs + 6 * day) })).status).toBe(404);
    expect((await call('handler', 'POST', '/v1/absences', away())).status).toBe(201);
    expect((await call('handler', 'PATCH', '/v1/absences/none', {})).status).toBe(404);
  });
});

describe('delegations', () => {
  const given = (changes: object = {}) => ({
    ...{ kind: 'delegation', delegateId: 'adjuster', until: at(nowMs + day), roles: ['lead'] },
    ...{ limits: [{ amount: 3_000_000, currency: 'CNY' }], ...changes },
  });
  const actsFor = async (as: string) => (await call(as, 'GET', '/v1/people/me')).body.actsFor;

  test('a delegation shows at once whose work it is; revoked, it is gone with the next request', async () => {
    const { status, body } = await call('lead', 'POST', '/v1/delegations', given());
    expect([status, body.status]).toEqual([201, 'active']);
    expect(await actsFor('adjuster')).toEqual([
      {
        ...{ personId: 'lead', via: 'delegation', roles: ['lead'], departments: ['claims', 'claims-review'] },
        ...{ authority: [{ amount: 3_000_000, currency: 'CNY' }], until: at(nowMs + day) },
      },
    ]);
    const other = await call('finance', 'PATCH', `/v1/delegations/${body.delegationId}`, {
      status: 'revoked',
    });
    expect([other.status, other.body.code]).toEqual([403, 'ROLE_REQUIRED']);
    await call('lead', 'PATCH', `/v1/delegations/${body.delegationId}`, { status: 'revoked' });
    expect(await actsFor('adjuster')).toEqual([]);
    expect((await call('lead', 'PATCH', '/v1/delegations/none', { status: 'revoked' })).status).toBe(404);
  });

  test('the trail records on whose behalf somebody could act', async () => {
    const { body } = await call('lead', 'POST', '/v1/delegations', given({ delegateId: 'agent' }));
    const { caseId } = await api.openComplaint();
    const { items } = (await call('auditor', 'GET', `/v1/cases/${caseId}/entries`)).body;
    expect(JSON.parse(items[0].leaf).facts.actor).toMatchObject({
      id: 'agent',
      actsFor: [{ personId: 'lead' }],
    });
    await call('lead', 'PATCH', `/v1/delegations/${body.delegationId}`, { status: 'revoked' });
  });

  test.each<[string, string, object, number, string]>([
    [
      'above one’s limit',
      'lead',
      { limits: [{ amount: 5_000_001, currency: 'CNY' }] },
      409,
      'DELEGATION_EXCEEDED',
    ],
    ['of a role one lacks', 'lead', { roles: ['manager'] }, 409, 'DELEGATION_EXCEEDED'],
    ['in no currency', 'lead', { limits: [{ amount: 1, currency: 'ABC' }] }, 422, 'CURRENCY_UNKNOWN'],
    ['to nobody', 'lead', { delegateId: 'nobody' }, 422, 'PERSON_UNKNOWN'],
    ['to oneself', 'lead', { delegateId: 'lead' }, 409, 'DELEGATION_LOOP'],
    ['without an end', 'lead', { until: null }, 422, 'PERIOD_INVALID'],
    ['of somebody else’s work', 'finance', { personId: 'lead' }, 403, 'ROLE_REQUIRED'],
    [
      'of somebody else’s rights to oneself',
      'manager',
      { personId: 'lead', delegateId: 'manager' },
      409,
      'FOUR_EYES',
    ],
  ])('%s is refused', async (_, as, changes, status, code) => {
    const answered = await call(as, 'POST', '/v1/delegations', given(changes));
    expect([answered.status, answered.body.code]).toEqual([status, code]);
    expect(recordsOf(api.store).at(-1)).toMatchObject({ type: 'command.refused', detail: { code } });
  });

  test('in a circle is refused', async () => {
    const all = { roles: null, limits: null };
    await call('lead-2', 'POST', '/v1/delegations', given({ ...all, delegateId: 'lead-3' }));
    const back = await call('lead-3', 'POST', '/v1/delegations', given({ ...all, delegateId: 'lead-2' }));
    expect([back.status, back.body.code]).toEqual([409, 'DELEGATION_LOOP']);
  });

  test('a substitute works while the other is away', async () => {
    const substitution = { kind: 'substitution', delegateId: 'medical', until: null };
    const named = await call('legal', 'POST', '/v1/delegations', substitution);
    expect([named.status, await actsFor('medical')]).toEqual([201, []]);
    await call('legal', 'POST', '/v1/absences', { reason: 'leave', from: at(nowMs), until: at(nowMs + day) });
    expect(await actsFor('medical')).toMatchObject([
      { personId: 'legal', via: 'substitution', roles: ['legal'] },
    ]);
    const { items } = (await call('agent', 'GET', '/v1/delegations?personId=legal&status=active')).body;
    expect(items).toMatchObject([{ delegateId: 'medical', kind: 'substitution', until: null }]);
  });
});
