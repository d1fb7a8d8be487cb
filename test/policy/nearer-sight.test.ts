import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putDepartment } from '../../db/own/departments.ts';
import { putNoticesIn } from '../../db/own/notifications.ts';
import { type Person, putPerson } from '../../db/own/people.ts';
import { type Act, currentPolicy, type Policy, type Scope } from '../../machines/kernel/policy/table.ts';
import { policyProblems } from '../../machines/policy/policy-problems.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: where a table lets somebody see nearer cases only, every way to look agrees on which these are: what they own,
// have a task of, may claim, were told of or acted in; what their team or department has; and what is one matter with those.

let api: Awaited<ReturnType<typeof startTestApi>>;

const person = (id: string, roles: string[], extra: Partial<Person> = {}): Person => ({
  ...{ tenant: 'default', id, name: id, status: 'active', roles, departments: [], skills: [] },
  ...{ authority: [], ...extra },
});

const scopes: { [role: string]: Scope } = {
  ...{ admin: 'all', agent: 'all', compliance: 'all', handler: 'assigned', 'complaints-manager': 'own' },
  ...{ lead: 'team', manager: 'department', legal: 'assigned' },
};
const table: Policy = {
  ...currentPolicy,
  ...{ id: 'ours', version: '1.0.0' },
  acts: { ...currentPolicy.acts, 'case.see': { ...(currentPolicy.acts['case.see'] as Act), by: scopes } },
};

beforeAll(async () => {
  api = await startTestApi();
  const { store } = api;
  for (const [id, parent] of [
    ['north', null],
    ['north-1', 'north'],
    ['south', null],
  ] as const) {
    await putDepartment(store, 'default', { id, title: { zh: id, en: id }, parent });
  }
  for (const each of [
    person('near', ['handler']),
    person('far', ['handler']),
    person('owner-only', ['complaints-manager']),
    person('lead-near', ['lead']),
    person('lead-far', ['lead']),
    person('led', ['legal'], { superior: 'lead-near', departments: ['north-1'] }),
    person('manager-north', ['manager'], { departments: ['north'] }),
    person('manager-south', ['manager'], { departments: ['south'] }),
  ]) {
    await putPerson(store, each);
  }
  expect((await api.call('admin', 'PUT', '/v1/policy', table)).status).toBe(200);
});
afterAll(() => api.stop());

const ids = (items: { caseId: string }[] = []) => items.map(({ caseId }) => caseId);

/** Whether somebody finds the case by each way there is. */
const waysTo = async (who: string, { caseId, number }: { caseId: string; number: string }) => {
  const get = async (path: string) => (await api.call(who, 'GET', path)).body;
  return {
    read: (await api.call(who, 'GET', `/v1/cases/${caseId}`)).status === 200,
    trail: (await api.call(who, 'GET', `/v1/cases/${caseId}/entries`)).status === 200,
    list: ids((await get('/v1/cases?limit=200')).items).includes(caseId),
    byDue: ids((await get('/v1/cases?sort=due&limit=200')).items).includes(caseId),
    byNumber: ids((await get(`/v1/cases?q=${number}`)).items).includes(caseId),
    byText: ids((await get('/v1/cases?q=motor&limit=200')).items).includes(caseId),
    byPhone: ids((await get('/v1/cases?q=13800001111&limit=200')).items).includes(caseId),
    tasks: ids((await get('/v1/tasks?view=all&limit=200')).items).includes(caseId),
    taskText: ids((await get('/v1/tasks?view=all&q=motor&limit=200')).items).includes(caseId),
    audit: ids((await get(`/v1/audit/entries?caseId=${caseId}`)).items).includes(caseId),
  };
};
const sees = async (who: string, opened: { caseId: string; number: string }): Promise<boolean> => {
  const ways = await waysTo(who, opened);
  expect([who, new Set(Object.values(ways)).size, ways]).toEqual([who, 1, ways]);
  return ways.read;
};
const ask = (caseId: string, body: object) =>
  api.call('agent', 'POST', `/v1/cases/${caseId}/tasks`, { question: 'Please look', ...body });

describe('a case', () => {
  it('is seen from afar by who may see all, and by nobody else', async () => {
    const opened = await api.openComplaint();
    expect(await sees('agent', opened)).toBe(true);
    for (const who of ['far', 'lead-far', 'led', 'manager-north']) {
      expect([who, await sees(who, opened)]).toEqual([who, false]);
    }
    // A command to it finds nothing either.
    expect((await ask(opened.caseId, { to: 'led' })).status).toBe(200);
    const added = await api.call('far', 'POST', `/v1/cases/${opened.caseId}/tasks`, { to: 'far' });
    expect(added.status).toBe(404);
  });

  it('is seen with a task of it, and after: by its assignee, who leads them, and their department', async () => {
    const opened = await api.openComplaint();
    const asked = await ask(opened.caseId, { to: 'led' });
    const task = asked.body.tasks.find(({ assignee }: { assignee: string }) => assignee === 'led');
    const seen = async () =>
      Promise.all(['led', 'lead-near', 'lead-far', 'manager-north', 'near'].map((who) => sees(who, opened)));
    expect(await seen()).toEqual([true, true, false, false, false]);
    const answer = { outcome: 'done', answer: 'Looked' };
    const done = await api.call('led', 'POST', `/v1/tasks/${task.taskId}/complete`, answer);
    expect([done.status, done.body.caseId]).toEqual([200, opened.caseId]);
    expect(await sees('led', opened)).toBe(true);
    expect(await sees('lead-near', opened)).toBe(false);
  });

  it('is seen by a department that is asked, and by who is over it', async () => {
    const opened = await api.openComplaint();
    await ask(opened.caseId, { department: 'north-1' });
    expect(await sees('led', opened)).toBe(true);
    expect(await sees('manager-north', opened)).toBe(true);
    expect(await sees('manager-south', opened)).toBe(false);
  });

  it('is seen by its owner alone where no more is granted', async () => {
    const opened = await api.openComplaint();
    expect(await sees(opened.owner, opened)).toBe(true);
    const other = otherThan(opened.owner);
    await ask(opened.caseId, { to: other });
    expect(await sees(other, opened)).toBe(false);
    const { body } = await api.call(other, 'GET', '/v1/tasks');
    const counts = await api.call(other, 'GET', '/v1/tasks/counts');
    expect(counts.body.mine).toBe(body.items.length);
  });

  it('is seen with a case that is one matter with it, and not with the next', async () => {
    const claim = await api.openComplaint();
    const part = await api.openComplaint({ links: [{ rel: 'part-of', caseId: claim.caseId }] });
    const further = await api.openComplaint({ links: [{ rel: 'part-of', caseId: part.caseId }] });
    const about = await api.openComplaint({ links: [{ rel: 'about', caseId: claim.caseId }] });
    await ask(claim.caseId, { to: 'near' });
    const seen = await Promise.all(
      [claim, part, further, about].map(({ caseId }) => readable('near', caseId)),
    );
    expect(seen).toEqual([true, true, false, false]);
    expect((await waysTo('near', part)).list).toBe(true);
    await ask(further.caseId, { to: 'far' });
    expect(await readable('far', part.caseId)).toBe(true);
    expect(ids((await api.call('far', 'GET', '/v1/cases')).body.items)).toContain(part.caseId);
  });

  it('is seen by who does its assignee’s work, where that is lent for such cases', async () => {
    const opened = await api.openComplaint();
    await ask(opened.caseId, { to: 'led' });
    const lend = async (scope: object) => {
      const until = new Date(Date.now() + 86_400_000).toISOString();
      const body = { kind: 'delegation', delegateId: 'far', until, ...scope };
      const { status } = await api.call('led', 'POST', '/v1/delegations', body);
      expect(status).toBe(201);
      return sees('far', opened);
    };
    expect(await lend({ caseKinds: ['claim'] })).toBe(false);
    expect(await lend({ caseKinds: ['complaint'] })).toBe(true);
    const mine = (await api.call('far', 'GET', '/v1/tasks?view=mine')).body.items;
    expect(ids(mine)).toContain(opened.caseId);
  });

  it('is not seen by whoever is taken out of it, however near', async () => {
    const opened = await api.openComplaint();
    await ask(opened.caseId, { to: 'led' });
    expect(await sees('led', opened)).toBe(true);
    const path = `/v1/cases/${opened.caseId}/recusals`;
    const recused = await api.call('compliance', 'POST', path, { personId: 'led', reason: 'Related' });
    expect(recused.status).toBe(200);
    expect(await sees('led', opened)).toBe(false);
  });
});

const readable = async (who: string, caseId: string) =>
  (await api.call(who, 'GET', `/v1/cases/${caseId}`)).status === 200;

it('entries are read of one case at a time by who does not see all', async () => {
  const { status, body } = await api.call('near', 'GET', '/v1/audit/entries');
  expect([status, body.code, body.errors]).toEqual([
    ...[422, 'DATA_INVALID', [{ pointer: '/caseId', message: 'is needed' }]],
  ]);
  expect((await api.call('agent', 'GET', '/v1/audit/entries')).status).toBe(200);
});

/** Somebody else who may see their own cases alone. */
const otherThan = (owner: string): string => (owner === 'owner-only' ? 'complaints-manager' : 'owner-only');

/** Puts a message about the case down for somebody. */
const tell = (personId: string, { caseId, number }: { caseId: string; number: string }) => {
  const notice = {
    ...{ tenant: 'default', notificationId: `told-${personId}`, personId, caseId, caseNumber: number },
    ...{ definitionId: 'complaint', rule: `told-${personId}`, toldAs: 'lead', template: 'deadline' },
    ...{ templateVersion: 1, facts: { action: 'open-case' as const, path: `/cases/${caseId}` }, fraction: 0 },
    ...{ urgent: false, send: false, calendarId: 'always', atMs: 0 },
  };
  return api.store.write((db) => putNoticesIn(db, [notice], Date.now()));
};

it('a message stays with whom it was sent to, also where they do not see its case', async () => {
  const { caseId, number, owner } = await api.openComplaint();
  const other = otherThan(owner);
  await tell(other, { caseId, number });
  const { items } = (await api.call(other, 'GET', '/v1/notifications')).body;
  expect([ids(items), await readable(other, caseId)]).toEqual([[caseId], false]);
});

it('a report of messages counts those about cases that its reader sees', async () => {
  const { caseId, number } = await api.openComplaint();
  await tell('lead-far', { caseId, number });
  const told = async (who: string): Promise<number> => {
    const { items } = (await api.call(who, 'GET', '/v1/reports/notifications')).body;
    return items.find(({ rule }: { rule: string }) => rule === 'told-lead-far')?.told ?? 0;
  };
  expect([await readable('compliance', caseId), await told('compliance')]).toEqual([true, 1]);
  expect([await readable('lead-far', caseId), await told('lead-far')]).toEqual([true, 1]);
  expect([await readable('lead-near', caseId), await told('lead-near')]).toEqual([false, 0]);
});

it('the row that the docs give to go by need to know can be published, and names every role', () => {
  const [, text = ''] =
    /```json\n(\{[^`]*"assigned"[^`]*)```/.exec(readFileSync('docs/policy.md', 'utf8')) ?? [];
  const by = JSON.parse(text);
  const see = currentPolicy.acts['case.see'] as Act;
  expect(Object.keys(by).toSorted()).toEqual(Object.keys(see.by).toSorted());
  const acts = { ...currentPolicy.acts, 'case.see': { ...see, by } };
  expect(policyProblems({ ...currentPolicy, acts }, Object.keys(see.by))).toEqual([]);
});
