import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAssignTask } from '../../activities/assign-task.ts';
import { addAbsence } from '../../db/own/absences.ts';
import { putDepartment } from '../../db/own/departments.ts';
import { type Person, putPerson } from '../../db/own/people.ts';
import { excludedFrom } from '../../db/read/out-of-sight.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: a case is out of the sight of whoever has no part in it: the same answer as for a case that is not there,
// in every read, list, count and search, for all cases of the matter, from the next request on.

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

const person = (id: string, roles: string[], extra: Partial<Person> = {}): Person => ({
  ...{ tenant: 'default', id, name: id, status: 'active', roles, departments: [], skills: [] },
  ...{ authority: [], ...extra },
});

beforeAll(async () => {
  api = await startTestApi();
  const { store } = api;
  await putDepartment(store, 'default', { id: 'north', title: { zh: '北', en: 'North' }, head: 'head' });
  for (const each of [
    person('head', ['handler']),
    person('head-b', ['handler'], { humanId: 'head' }),
    person('below', ['handler'], { superior: 'head' }),
    person('beside', ['handler'], { departments: ['north'] }),
    person('below-below', ['handler'], { superior: 'below' }),
    person('other', ['handler']),
    person('watch', ['compliance'], { superior: 'head' }),
  ]) {
    await putPerson(store, each);
  }
});
afterAll(() => api.stop());

const reason = 'The complaint is about them.';
const out = ['head', 'head-b', 'below', 'beside'];
const within = ['below-below', 'other', 'watch'];

const ids = (items: { caseId: string }[]) => items.map(({ caseId }) => caseId);
/** Whether a person finds the case by each way there is. */
const seenBy = async (who: string, { caseId, number }: { caseId: string; number: string }) => {
  const get = async (path: string) => (await api.call(who, 'GET', path)).body;
  return {
    read: (await api.call(who, 'GET', `/v1/cases/${caseId}`)).status === 200,
    trail: (await api.call(who, 'GET', `/v1/cases/${caseId}/entries`)).status === 200,
    list: ids((await get('/v1/cases?limit=200')).items).includes(caseId),
    byState: ids((await get('/v1/cases?state=received&limit=200')).items).includes(caseId),
    byNumber: ids((await get(`/v1/cases?q=${number}`)).items).includes(caseId),
    byPhone: ids((await get('/v1/cases?q=13800001111')).items).includes(caseId),
    tasks: ids((await get('/v1/tasks?view=all&limit=200')).items).includes(caseId),
    audit: ids((await get(`/v1/audit/entries?caseId=${caseId}`)).items).includes(caseId),
  };
};
const all = (value: boolean) => ({
  ...{ read: value, trail: value, list: value, byState: value },
  ...{ byNumber: value, byPhone: value, tasks: value, audit: value },
});

describe('a case that somebody is taken out of', () => {
  it('is out of their sight and of who reports to them, and of nobody else', async () => {
    const opened = await api.openComplaint();
    for (const each of [...out, ...within]) {
      expect(await seenBy(each, opened)).toEqual(all(true));
    }
    const path = `/v1/cases/${opened.caseId}/recusals`;
    expect((await api.call('other', 'POST', path, { personId: 'head', reason })).body.code).toBe(
      'ROLE_REQUIRED',
    );
    expect((await api.call('watch', 'POST', path, { personId: 'nobody', reason })).body.code).toBe(
      'PERSON_UNKNOWN',
    );
    const recused = await api.call('watch', 'POST', path, {
      ...{ personId: 'head', because: 'complained-of', reason },
    });
    expect(recused.status).toBe(200);
    for (const each of out) {
      expect([each, await seenBy(each, opened)]).toEqual([each, all(false)]);
    }
    for (const each of within) {
      expect([each, await seenBy(each, opened)]).toEqual([each, all(true)]);
    }

    const missing = await api.call('head', 'GET', '/v1/cases/none');
    const hidden = await api.call('head', 'GET', `/v1/cases/${opened.caseId}`);
    const said = ({ body: { requestId: _, instance: __, ...rest } }: typeof hidden) => rest;
    expect(said(hidden)).toEqual(said(missing));
    const sent = await api.call('head', 'POST', `/v1/cases/${opened.caseId}/events`, { type: 'contact' });
    expect(sent.body.code).toBe('CASE_UNKNOWN');

    const back = `${path}/head/end`;
    expect((await api.call('watch', 'POST', back, { reason })).status).toBe(200);
    expect(await seenBy('below', opened)).toEqual(all(true));
  });

  it('is not counted in the worklist of who has no part in it', async () => {
    const counts = async () => (await api.call('head', 'GET', '/v1/tasks/counts')).body.candidate;
    const opened = await api.openComplaint();
    await api.call('handler', 'POST', `/v1/cases/${opened.caseId}/events`, { type: 'register', data: {} });
    const before = await counts();
    expect(before).toBeGreaterThan(0);
    await api.call('watch', 'POST', `/v1/cases/${opened.caseId}/recusals`, { personId: 'head', reason });
    expect(await counts()).toBe(before - 1);
  });

  it('is shown no more to who took themselves out, not in the answer either', async () => {
    const opened = await api.openComplaint();
    const path = `/v1/cases/${opened.caseId}/recusals`;
    const answer = await api.call('other', 'POST', path, { personId: 'other', reason }, { key: 'once' });
    expect(answer.status).toBe(202);
    expect(answer.body).not.toHaveProperty('data');
    expect(await seenBy('other', opened)).toEqual(all(false));
  });

  it('is shown no more in an answer that was kept from before', async () => {
    const opened = await api.openComplaint();
    const call = () =>
      api.call(
        'other',
        'POST',
        `/v1/cases/${opened.caseId}/events`,
        { type: 'register', data: {} },
        { key: 'kept' },
      );
    expect((await call()).body).toHaveProperty('data');
    expect((await call()).body).toHaveProperty('data');
    await api.call('watch', 'POST', `/v1/cases/${opened.caseId}/recusals`, { personId: 'other', reason });
    expect((await call()).body).toEqual({ caseId: opened.caseId });
  });

  it('takes with it the cases of the same matter, those that come later too, and leaves others', async () => {
    const claim = await api.openComplaint();
    const path = `/v1/cases/${claim.caseId}/recusals`;
    const link = (rel: string) => ({ links: [{ rel, caseId: claim.caseId }] });
    const part = await api.openComplaint(link('part-of'));
    expect((await api.call('watch', 'POST', path, { personId: 'head', reason })).status).toBe(200);
    expect(await seenBy('below', part)).toEqual(all(false));
    const later = await api.openComplaint(link('part-of'));
    const ofLater = await api.openComplaint({ links: [{ rel: 'approval', caseId: later.caseId }] });
    expect(await seenBy('head', ofLater)).toEqual(all(false));
    expect((await excludedFrom(api.store, { tenant: 'default', ...ofLater })).sort()).toEqual([
      'head',
      'head-b',
    ]);
    const about = await api.openComplaint(link('about'));
    expect(await seenBy('head', about)).toEqual(all(true));
    await api.call('watch', 'POST', `${path}/head/end`, { reason });
    expect(await seenBy('head', ofLater)).toEqual(all(true));
  });
});

describe('who gets a task', () => {
  const request = (caseId: string, role: string, notPersons: string[] = []) => ({
    ...{ tenant: 'default', caseId, effectId: `${role}.1`, taskId: `${caseId}.${role}`, role, skills: [] },
    ...{ policy: 'least-loaded' as const, notPersons },
  });

  it('is not who is away, out of the case, reports to such a person, or did the other step under another account', async () => {
    const { store } = api;
    const opened = await api.openComplaint();
    const assign = createAssignTask(store);
    for (const each of [
      person('scribe', ['scribe']),
      person('scribe-b', ['scribe'], { humanId: 'other' }),
      person('scribe-c', ['scribe'], { superior: 'head' }),
      person('scribe-d', ['scribe']),
      person('scribe-e', ['scribe']),
    ]) {
      await putPerson(store, each);
    }
    await addAbsence(
      store,
      'default',
      {
        ...{ id: 'away-1', personId: 'scribe-d', status: 'active', reason: 'leave' },
        ...{ fromMs: Date.now() - 1_000, untilMs: Date.now() + 3_600_000 },
      },
      { actorId: 'admin', atMs: Date.now() },
    );
    const path = `/v1/cases/${opened.caseId}/recusals`;
    for (const personId of ['head', 'scribe']) {
      expect((await api.call('watch', 'POST', path, { personId, reason })).status).toBe(200);
    }
    expect((await assign(request(opened.caseId, 'scribe', ['other'])))?.id).toBe('scribe-e');
  });

  it('is a lead where nobody is left, never nobody', async () => {
    const { store } = api;
    const opened = await api.openComplaint();
    await putPerson(store, person('clerk', ['clerk']));
    const assign = createAssignTask(store);
    expect((await assign(request(opened.caseId, 'clerk')))?.id).toBe('clerk');
    await api.call('watch', 'POST', `/v1/cases/${opened.caseId}/recusals`, { personId: 'clerk', reason });
    const found = await createAssignTask(store)(request(opened.caseId, 'clerk'));
    expect(found?.roles).toContain('lead');
  });
});
