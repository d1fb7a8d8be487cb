import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { integrate } from '../../db/log/integrate.ts';
import { type JsonSchema, validate } from '../../machines/kernel/json-schema.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { startTestApi } from '../support/api.ts';
import { assignTasks } from '../support/assign-tasks.ts';

// Guarantee: a team's lead is somebody who can lead it and has a part in the case, the lead's work is theirs and goes with
// the office, and whoever gave the opinion, or for whom, is named to the claim whatever became of the lead since. What the
// medical reviewer is asked and says is for who must know it; the opinion is for all.

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
let team = '';

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const open = (data: object, links: object[] = []) =>
  api.call('manager', 'POST', '/v1/cases', { definition: 'team', data, links });
const send = async (person: string, type: string, body: object = {}) => {
  const answer = await api.call(person, 'POST', `/v1/cases/${team}/events`, { type, ...body });
  return answer.status === 200 ? 200 : answer.body.code;
};
const members = (lead: string) => ({
  data: { lead, departments: ['survey', 'medical', 'coverage'], join: 'lead' },
});
const leadChange = (lead: string) => ({ data: { lead }, reason: 'On leave.' });
const opinion = {
  data: {
    ...{ outcome: 'offer', amount: { amount: 40_000_000, currency: 'CNY' } },
    ...{ minutes: 'As minuted.', dissent: [] },
  },
};
const openTasks = async () => {
  await assignTasks({ ...api, now: Date.now });
  const { body } = await api.call('manager', 'GET', `/v1/cases/${team}`);
  return body.tasks
    .filter(({ status }: { status: string }) => status === 'open')
    .map(({ state, assignee }: { state: string; assignee: string | null }) => `${state} ${assignee}`);
};
const toldOpinions = () =>
  api.cases.left.flatMap((effect) =>
    effect.type === 'tellCase' && effect.event === 'team.opinion' ? [effect.data] : [],
  );

beforeEach(async () => {
  const { caseId } = await api.openComplaint();
  team = (await open({ why: 'media' }, [{ rel: 'team', caseId }])).body.caseId;
  api.cases.left.splice(0);
});

describe('whoever is named lead', () => {
  test('is somebody here, wherever they are named', async () => {
    const unknown = { status: 422, body: { code: 'PERSON_UNKNOWN', errors: [{ pointer: '/data/lead' }] } };
    expect(await open({ why: 'media', lead: 'nobody' })).toMatchObject(unknown);
    const events = `/v1/cases/${team}/events`;
    const set = { type: 'members.set', ...members('nobody') };
    expect(await api.call('manager', 'POST', events, set)).toMatchObject(unknown);
    const [task] = (await api.call('manager', 'GET', `/v1/cases/${team}`)).body.tasks;
    const complete = { outcome: 'members.set', ...members('nobody') };
    expect(await api.call('manager', 'POST', `/v1/tasks/${task.taskId}/complete`, complete)).toMatchObject(
      unknown,
    );
    expect(await send('manager', 'members.set', members('lead'))).toBe(200);
    expect(await send('manager', 'lead.change', leadChange('nobody'))).toBe('PERSON_UNKNOWN');
  });

  test('has not left, but in an import', async () => {
    const gone = { personId: 'gone', name: 'Gone', roles: ['lead'] };
    expect((await api.call('admin', 'POST', '/v1/people', gone)).status).toBe(201);
    expect((await api.call('admin', 'PATCH', '/v1/people/gone', { status: 'disabled' })).status).toBe(200);
    expect(await send('manager', 'members.set', members('gone'))).toBe('PERSON_UNKNOWN');
    const imported = (lead: string) =>
      api.call('admin', 'POST', '/v1/cases', {
        ...{ definition: 'team', mode: 'historical', receivedAt: '2024-03-01T01:00:00Z' },
        ...{ data: { why: 'media', lead }, onBehalfOf: { personId: 'manager' } },
      });
    expect((await imported('gone')).status).toBe(201);
    expect((await imported('nobody')).body.code).toBe('PERSON_UNKNOWN');
  });

  test('holds the role', async () => {
    const answer = await api.call('manager', 'POST', `/v1/cases/${team}/events`, {
      type: 'members.set',
      ...members('adjuster'),
    });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'DATA_INVALID',
        errors: [{ pointer: '/data/lead', message: expect.stringContaining('lead') }],
      },
    });
  });

  test('has a part in the case', async () => {
    const recusal = { personId: 'lead-2', because: 'conflict-of-interest', reason: 'A cousin.' };
    expect((await api.call('manager', 'POST', `/v1/cases/${team}/recusals`, recusal)).status).toBe(200);
    expect(await send('manager', 'members.set', members('lead-2'))).toBe('CONFLICT_OF_INTEREST');
    expect(await send('manager', 'members.set', members('lead'))).toBe(200);
    expect(await send('manager', 'lead.change', leadChange('lead-2'))).toBe('CONFLICT_OF_INTEREST');
  });
});

describe('the lead’s work', () => {
  test('is the lead’s, and goes with the office', async () => {
    expect(await send('manager', 'members.set', members('lead-3'))).toBe(200);
    expect(await openTasks()).toEqual(['planning lead-3']);
    expect(await send('manager', 'lead.change', leadChange('lead-2'))).toBe(200);
    expect(await openTasks()).toEqual(['planning lead-2']);
    expect(await send('lead-3', 'plan.agree', { data: { plan: 'Mine.' } })).toBe('PERSON_REQUIRED');
    expect(await send('lead-2', 'plan.agree', { data: { plan: 'Each within two days.' } })).toBe(200);
    expect(await send('medical', 'medical.block', { reason: 'The file is missing.' })).toBe(200);
    expect(await openTasks()).toContain('medical-blocked lead-2');
    expect(await send('manager', 'lead.change', leadChange('lead-3'))).toBe(200);
    expect(await openTasks()).toContain('medical-blocked lead-3');
    expect(await send('lead-3', 'conference.call', { reason: 'Today.' })).toBe(200);
    expect(await openTasks()).toEqual(['conference lead-3']);
  });

  test('is done by nobody else of the role', async () => {
    await send('manager', 'members.set', members('lead'));
    await send('lead', 'plan.agree', { data: { plan: 'Each within two days.' } });
    expect(await send('lead-2', 'conference.call', { reason: 'Today.' })).toBe('PERSON_REQUIRED');
    expect(await send('lead', 'conference.call', { reason: 'Today.' })).toBe(200);
    expect(await send('lead-2', 'opinion.give', opinion)).toBe('PERSON_REQUIRED');
    const { allowed } = (await api.call('lead-2', 'GET', `/v1/cases/${team}`)).body;
    expect(allowed.map(({ type }: { type: string }) => type)).not.toContain('opinion.give');
  });
});

/** Versions of the claim that understand what a team tells them. */
const understoodBy = (data: object | undefined): string[] =>
  shippedDefinitions()
    .filter(({ id, events }) => id === 'claim' && events['team.opinion'] !== undefined)
    .filter(({ events, $defs = {} }) => {
      const schema = events['team.opinion']?.data as JsonSchema;
      const root = { $defs: $defs as { [name: string]: JsonSchema } };
      return validate(schema, data, root, { personal: 'sealed' }).length === 0;
    })
    .map(({ version }) => version);

describe('the opinion names to the claim', () => {
  const untilConference = async (lead: string) => {
    await send('manager', 'members.set', members(lead));
    await send(lead, 'plan.agree', { data: { plan: 'Each within two days.' } });
    expect(await send(lead, 'conference.call', { reason: 'Today.' })).toBe(200);
  };

  test('the lead who gave it, though another leads when it is accepted', async () => {
    await untilConference('lead');
    expect(await send('lead', 'opinion.give', opinion)).toBe(200);
    expect(await send('manager', 'lead.change', leadChange('lead-2'))).toBe(200);
    expect(await send('manager', 'opinion.accept')).toBe(200);
    expect(toldOpinions()).toEqual([
      {
        outcome: 'offer',
        amount: { amount: 40_000_000, currency: 'CNY' },
        ...{ dissents: 0, lead: 'lead' },
      },
    ]);
    expect(understoodBy(toldOpinions()[0])).toEqual(expect.arrayContaining(['1.1.0', '1.2.0']));
  });

  test('both the lead and who gave it for them, of whom neither accepts it', async () => {
    const absent = { personId: 'lead-4', name: 'Away', roles: ['lead', 'manager'] };
    expect((await api.call('admin', 'POST', '/v1/people', absent)).status).toBe(201);
    await untilConference('lead-4');
    const from = new Date(Date.now() - 60_000).toISOString();
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const standIn = { kind: 'substitution', delegateId: 'complaints-manager', from, until };
    expect((await api.call('lead-4', 'POST', '/v1/delegations', standIn)).status).toBe(201);
    expect(await send('complaints-manager', 'opinion.give', opinion)).toBe('ROLE_REQUIRED');
    const away = { reason: 'leave', from, until };
    expect((await api.call('lead-4', 'POST', '/v1/absences', away)).status).toBe(201);
    expect(await send('complaints-manager', 'opinion.give', opinion)).toBe(200);
    expect(await send('complaints-manager', 'opinion.accept')).toBe('FOUR_EYES');
    expect(await send('lead-4', 'opinion.accept')).toBe('FOUR_EYES');
    expect(await send('manager', 'opinion.accept')).toBe(200);
    expect(toldOpinions()).toMatchObject([{ lead: 'lead-4', giver: 'complaints-manager' }]);
    // What a claim does not understand it drops: better none than an opinion of which only half the authors are barred.
    expect(understoodBy(toldOpinions()[0])).not.toContain('1.1.0');
    expect(understoodBy(toldOpinions()[0])).toContain('1.2.0');
  });
});

test('a team without a claim has its opinion approved without its lead, above 300,000 by second factor', async () => {
  team = (await open({ why: 'media' })).body.caseId;
  await send('manager', 'members.set', members('lead'));
  const plan = { plan: 'Each within two days.', asked: { survey: 'What the car is worth.' } };
  expect(await send('lead', 'plan.agree', { data: plan })).toBe(200);
  const { data } = (await api.call('manager', 'GET', `/v1/cases/${team}`)).body;
  expect(data.asked).toEqual(plan.asked);
  expect(await send('lead', 'conference.call', { reason: 'Today.' })).toBe(200);
  expect(await send('lead', 'opinion.give', opinion)).toBe(200);
  const asked = api.cases.left.flatMap((effect) => (effect.type === 'startCase' ? [effect.data] : []));
  expect(asked).toMatchObject([
    {
      barred: ['lead'],
      proposer: { id: 'lead' },
      plan: { secondFactorAbove: expect.arrayContaining([{ amount: 30_000_000, currency: 'CNY' }]) },
    },
  ]);
});

test('one voice speaks with the customer, once the lead has named it', async () => {
  await send('manager', 'members.set', members('lead'));
  const update = { data: { how: 'phone' } };
  expect(await send('agent-2', 'customer.update', update)).toBe(200);
  expect(await send('lead', 'voice.name', { data: { voice: 'adjuster' } })).toBe('DATA_INVALID');
  expect(await send('lead-2', 'voice.name', { data: { voice: 'agent' } })).toBe('PERSON_REQUIRED');
  expect(await send('lead', 'voice.name', { data: { voice: 'agent' } })).toBe(200);
  expect(await send('agent-2', 'customer.update', update)).toBe('PERSON_REQUIRED');
  expect(await send('agent', 'customer.update', update)).toBe(200);
});

describe('what the medical reviewer is asked and says', () => {
  const words = {
    question: 'How long is the left leg stiff?',
    finding: 'Fracture of the left femur.',
    blocked: 'The scan of the femur is missing.',
    dissent: 'The femur may not heal.',
    evidence: 'MRI femur 2026-03-03',
  };
  const minutes = 'Agreed, but for one.';
  const knowing = ['medical', 'lead', 'manager', 'legal', 'complaints-manager', 'compliance'];
  const others = ['agent', 'finance', 'handler', 'adjuster', 'underwriter', 'siu', 'qa', 'head-office'];

  const entriesOf = async (person: string) =>
    (await api.call(person, 'GET', `/v1/cases/${team}/entries?limit=200`)).body.items;
  const found = async (person: string, q: string): Promise<string[]> => {
    const { body } = await api.call(person, 'GET', `/v1/cases?q=${encodeURIComponent(q)}`);
    return body.items.map(({ caseId }: { caseId: string }) => caseId);
  };
  /** Types of the team's entries as the stream shows them. */
  const streamed = async (person: string): Promise<string[]> => {
    while ((await integrate(api.store, { tenant: 'default', holder: 'test', nowMs: Date.now() })) > 0);
    const headers = { authorization: `Bearer ${await api.tokenOf(person)}`, 'last-event-id': '0' };
    const response = await api.app.request('/v1/stream', { headers });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('opinion.give')) {
      text += new TextDecoder().decode((await reader?.read())?.value);
    }
    await reader?.cancel();
    return [...text.matchAll(/^data: (.*)$/gm)]
      .map(([, data]) => JSON.parse(data ?? '').data)
      .flatMap(({ caseId, type }) => (caseId === team ? [type] : []));
  };

  test('is read by who must know it and by nobody else; the opinion is read by all', async () => {
    await send('manager', 'members.set', members('lead'));
    const asked = { medical: words.question };
    const plan = 'Each within two days.';
    expect(await send('lead', 'plan.agree', { data: { plan, asked } })).toBe('DATA_INVALID');
    expect(
      await send('lead', 'plan.agree', { data: { plan, asked: { survey: 'What the car is worth.' } } }),
    ).toBe(200);
    expect(await send('lead-2', 'medical.ask', { data: { question: words.question } })).toBe(
      'PERSON_REQUIRED',
    );
    expect(await send('lead', 'medical.ask', { data: { question: words.question } })).toBe(200);
    expect(await send('medical', 'medical.block', { reason: words.blocked })).toBe(200);
    expect(await send('lead', 'medical.unblock', { reason: words.blocked })).toBe(200);
    const { tasks } = (await api.call('medical', 'GET', `/v1/cases/${team}`)).body;
    const task = tasks.find(
      ({ state, status }: { state: string; status: string }) =>
        state === 'medical-working' && status === 'open',
    );
    const path = `/v1/tasks/${task.taskId}`;
    expect((await api.call('medical', 'POST', `${path}/claim`, {})).status).toBe(200);
    const done = {
      outcome: 'medical.deliver',
      data: { finding: words.finding, evidence: [words.evidence] },
    };
    expect((await api.call('medical', 'POST', `${path}/complete`, done)).status).toBe(200);
    const surveyed = 'A dented wing.';
    expect(await send('adjuster', 'survey.deliver', { data: { finding: surveyed } })).toBe(200);
    expect(await send('lead', 'conference.call', { reason: 'Today.' })).toBe(200);
    expect(await send('agent', 'medical.dissent', { data: { why: words.dissent } })).toBe('ROLE_REQUIRED');
    expect(await send('medical', 'medical.dissent', { data: { why: words.dissent } })).toBe(200);
    const given = (dissent: object) => ({ data: { ...opinion.data, minutes, dissent: [dissent] } });
    expect(await send('lead', 'opinion.give', given({ department: 'medical', why: words.dissent }))).toBe(
      'DATA_INVALID',
    );
    expect(await send('lead', 'opinion.give', given({ department: 'medical' }))).toBe(200);

    const marked = ['medical.ask', 'medical.block', 'medical.unblock', 'medical.deliver', 'medical.dissent'];
    for (const person of knowing) {
      const { data } = (await api.call(person, 'GET', `/v1/cases/${team}`)).body;
      expect([person, data.asked]).toEqual([
        person,
        { survey: 'What the car is worth.', medical: words.question },
      ]);
      const shown = JSON.stringify(await entriesOf(person));
      expect(Object.values(words).filter((each) => !shown.includes(each))).toEqual([]);
    }
    expect(await streamed('manager')).toEqual(expect.arrayContaining(marked));
    for (const person of others) {
      const seen = (await api.call(person, 'GET', `/v1/cases/${team}`)).body;
      expect([person, seen.data.asked]).toEqual([person, { survey: 'What the car is worth.' }]);
      expect(seen.data.opinion).toMatchObject({ outcome: 'offer', dissents: 1 });
      const entries = await entriesOf(person);
      expect(entries.filter(({ type }: { type: string }) => type.startsWith('medical.'))).toEqual([]);
      // Withheld as a whole: each has its place and its hash.
      expect(entries.filter(({ leaf }: { leaf: string | null }) => leaf === null)).toHaveLength(
        marked.length,
      );
      const shown = JSON.stringify([seen, entries]);
      expect([person, Object.values(words).filter((each) => shown.includes(each))]).toEqual([person, []]);
      expect(shown).toContain(minutes);
    }
    for (const person of ['agent', 'finance', 'handler']) {
      const types = await streamed(person);
      expect(types.filter((type) => type.startsWith('medical.'))).toEqual([]);
      expect(types).toContain('survey.deliver');
    }
    // No search finds a case by a value that is not for all who may search.
    for (const person of ['agent', 'manager']) {
      for (const each of Object.values(words)) expect(await found(person, each)).toEqual([]);
      expect(await found(person, surveyed)).toEqual([team]);
    }
  });
});
