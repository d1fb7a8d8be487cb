import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { authenticate } from '../../api/auth.ts';
import { failureResponse } from '../../api/failure-response.ts';
import { newRouter } from '../../api/router.ts';
import { streamRoutes } from '../../api/routes/stream.ts';
import { createServices } from '../../api/services.ts';
import { integrate } from '../../db/log/integrate.ts';
import { publishDefinition } from '../../db/own/definitions.ts';
import { putDepartment } from '../../db/own/departments.ts';
import { type Person, putPerson } from '../../db/own/people.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import { type Act, currentPolicy, type Scope } from '../../machines/kernel/policy/table.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: whatever list, count or search somebody asks for shows nothing that reading each case would not show them,
// and values that are marked for other roles (an investigator's notes, health data) leave the server in no answer.

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

const text = (extra: object = {}) => ({ type: 'string', maxLength: 90, 'x-personal': true, ...extra });
const title = { zh: '例', en: 'Example' };
const document = DefinitionDocument.parse({
  $schema: '../../definition/case-definition.v1.json',
  ...{ id: 'marked', version: '1.0.0', kind: 'claim', title, owner: 'handler', calendar: 'always' },
  data: {
    type: 'object',
    properties: {
      name: text({ title }),
      diagnosis: text({ title, 'x-restricted': ['medical'] }),
      grade: { title, type: 'string', 'x-restricted': ['medical'] },
    },
    additionalProperties: false,
  },
  events: {
    note: {
      title,
      by: ['siu'],
      'x-restricted': ['siu'],
      data: { type: 'object', properties: { note: text({ title }) }, additionalProperties: false },
    },
    look: { title, by: ['handler'] },
    close: { title, by: ['handler'] },
    clear: { title, by: ['siu'], 'x-restricted': ['siu'] },
  },
  machine: {
    initial: 'open',
    states: {
      // Beside the work a check goes on that nobody but the investigators knows of.
      open: {
        type: 'parallel',
        states: {
          work: { on: { note: { actions: [] }, look: { actions: [] }, close: '#closed' } },
          check: {
            initial: 'checking',
            states: { checking: { 'x-restricted': ['siu'], on: { clear: 'cleared' } }, cleared: {} },
          },
        },
      },
      closed: { id: 'closed', type: 'final' },
    },
  },
  tasks: {
    work: { title, role: 'handler', outcomes: ['close'] },
    checking: { title, role: 'handler', outcomes: ['clear'] },
  },
  deadlines: {},
  open: { by: ['handler'] },
});

const person = (id: string, roles: string[], extra: Partial<Person> = {}): Person => ({
  ...{ tenant: 'default', id, name: id, status: 'active', roles, departments: [], skills: [] },
  ...{ authority: [], ...extra },
});

const caseIds: string[] = [];
const cases = 5;

beforeAll(async () => {
  api = await startTestApi();
  const content = { document: document as unknown as JsonObject, runtime: runtimePart(document) };
  const { id, version } = document;
  await publishDefinition(api.store, 'default', { id, version, hash: definitionHash(document), ...content });
  await putPerson(api.store, person('writer', ['handler', 'siu', 'medical', 'admin']));
  for (let n = 0; n < cases; n++) {
    const data = { name: `Name ${n}`, diagnosis: `HEALTHMARK ${n}`, grade: `GRADEMARK ${n}` };
    const opened = await api.call('writer', 'POST', '/v1/cases', { definition: 'marked', data });
    expect([opened.status, opened.body.detail]).toEqual([201, undefined]);
    caseIds.push(opened.body.caseId);
    const path = `/v1/cases/${opened.body.caseId}/events`;
    const noted = await api.call('writer', 'POST', path, { type: 'note', data: { note: `NOTEMARK ${n}` } });
    expect(noted.status).toBe(200);
  }
  await putPerson(api.store, person('checker', ['handler', 'siu']));
  const { body } = await api.call('checker', 'GET', `/v1/cases/${caseIds[0]}`);
  const check = body.tasks.find(({ state }: { state: string }) => state === 'checking');
  expect((await api.call('checker', 'POST', `/v1/tasks/${check.taskId}/claim`)).status).toBe(200);
});
afterAll(() => api.stop());

const secrets = [
  { mark: 'HEALTHMARK', roles: ['medical'] },
  { mark: 'GRADEMARK', roles: ['medical'] },
  { mark: 'NOTEMARK', roles: ['siu'] },
];

interface Shown {
  [key: string]: Json;
}

/** What the stream shows of the whole log: `case seq` of each entry. */
const streamed = async (who: string): Promise<string[]> => {
  const { store, vault, cases, tokenOf } = api;
  while ((await integrate(store, { tenant: 'default', holder: 'test' })) > 0);
  const services = createServices({ store, vault, cases, now: Date.now, log: () => undefined });
  const app = newRouter();
  app.onError(failureResponse(services));
  app.use('/v1/*', authenticate(services));
  // A beat comes once nothing is left in the log.
  app.route('/', streamRoutes(services, { pollMs: 1, heartbeatMs: 1, slowMs: 60_000 }));
  const response = await app.request('/v1/stream', {
    headers: { authorization: `Bearer ${await tokenOf(who)}`, 'last-event-id': '0' },
  });
  if (response.status !== 200) return [];
  const reader = response.body?.getReader();
  let text = '';
  while (!text.includes(': still here')) {
    text += new TextDecoder().decode((await reader?.read())?.value);
  }
  await reader?.cancel();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => {
    const { subject, data: entry } = JSON.parse(data ?? '');
    return `${subject} ${entry.seq}`;
  });
};

/** All that somebody sees who asks for everything there is. */
const looksAround = async (who: string) => {
  const texts: string[] = [];
  const get = async (path: string) => {
    const answer = await api.call(who, 'GET', path);
    texts.push(JSON.stringify(answer.body));
    return answer;
  };
  const items = async (path: string): Promise<Shown[]> => (await get(path)).body.items ?? [];
  const read = new Map<string, Shown>();
  const readable: string[] = [];
  for (const caseId of caseIds) {
    const { status, body } = await get(`/v1/cases/${caseId}`);
    if (status === 200) read.set(caseId, body);
    const trail = await get(`/v1/cases/${caseId}/entries?limit=200`);
    expect(trail.status).toBe(status);
    for (const { seq, leaf } of trail.body.items ?? []) if (leaf !== null) readable.push(`${caseId} ${seq}`);
  }
  const everyCase = await items('/v1/cases?definition=marked&limit=200');
  const listed = [
    ...everyCase,
    ...(await items('/v1/cases?state=work&limit=200')),
    ...(await items('/v1/cases?q=Name%201')),
    ...(await items('/v1/audit/entries?definition=marked&limit=200')),
  ];
  const all = await items('/v1/tasks?view=all&limit=200');
  const team = await items('/v1/tasks?view=team&limit=200');
  const checking = await items('/v1/cases?state=checking&limit=1');
  const held = await items('/v1/cases?assignee=checker&limit=200');
  const candidate = await items('/v1/tasks?view=candidate&limit=200');
  const counts = (await get('/v1/tasks/counts')).body;
  const bySecret = [
    ...(await items('/v1/cases?q=HEALTHMARK%201')),
    ...(await items('/v1/cases?q=NOTEMARK%201')),
    ...(await items('/v1/tasks?view=all&q=NOTEMARK%201')),
  ];
  const shown = (await streamed(who)).filter((each) => caseIds.some((caseId) => each.startsWith(caseId)));
  const byMark = { checking, held };
  const open = [...all, ...team, ...candidate];
  return {
    texts,
    read,
    readable,
    shown,
    everyCase,
    listed,
    byMark,
    tasks: open,
    candidate,
    counts,
    counted: { candidate: candidate.length, team: team.length, all: all.length },
    bySecret,
  };
};

/** A table by which these roles see cases as near as is said, and the others all of them. */
const publish = async (scopes: { [role: string]: Scope }, version: string): Promise<void> => {
  const see = currentPolicy.acts['case.see'] as Act;
  const acts = { ...currentPolicy.acts, 'case.see': { ...see, by: { ...see.by, ...scopes } } };
  const { status } = await api.call('admin', 'PUT', '/v1/policy', {
    ...currentPolicy,
    id: 'ours',
    version,
    acts,
  });
  expect(status).toBe(200);
};
const scope = fc.constantFrom<Scope>('own', 'assigned', 'team', 'department', 'all');

const roles = ['handler', 'siu', 'medical', 'agent', 'lead', 'auditor', 'compliance', 'customer', 'designer'];
let runs = 0;

it('shows random people under random tables in lists, counts and searches only what they may read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          roles: fc.subarray(roles, { minLength: 1, maxLength: 3 }),
          superior: fc.option(fc.nat(2), { nil: undefined }),
        }),
        { minLength: 3, maxLength: 3 },
      ),
      fc.array(fc.record({ person: fc.nat(2), of: fc.nat(cases - 1) }), { minLength: 1, maxLength: 3 }),
      fc.record({ handler: scope, siu: scope, lead: scope }),
      fc.array(fc.record({ person: fc.nat(2), of: fc.nat(cases - 1), whole: fc.boolean() }), {
        maxLength: 4,
      }),
      async (people, recusals, scopes, asked) => {
        runs += 1;
        await publish(scopes, `1.0.${runs}`);
        const idOf = (index: number) => `p${runs}-${index}`;
        for (const [index, { roles, superior }] of people.entries()) {
          const above = superior === undefined || superior === index ? {} : { superior: idOf(superior) };
          const departments = [`d${runs}-${index % 2}`];
          await putPerson(api.store, person(idOf(index), roles, { ...above, departments }));
        }
        for (const index of [0, 1]) {
          await putDepartment(api.store, 'default', {
            id: `d${runs}-${index}`,
            title: { zh: '部', en: 'D' },
          });
        }
        for (const { person: index, of, whole } of asked) {
          const to = whole ? { department: `d${runs}-${index % 2}` } : { to: idOf(index) };
          await api.call('writer', 'POST', `/v1/cases/${caseIds[of]}/tasks`, { question: 'Look', ...to });
        }
        for (const { person: index, of } of recusals) {
          await api.call('compliance', 'POST', `/v1/cases/${caseIds[of]}/recusals`, {
            ...{ personId: idOf(index), reason: 'Random' },
          });
        }
        for (const [index, { roles }] of people.entries()) {
          const found = await looksAround(idOf(index));
          const { texts, read, listed, tasks, counts, counted, bySecret, byMark } = found;
          expect(found.shown.toSorted()).toEqual(found.readable.toSorted());
          for (const { caseId } of byMark.checking) {
            expect(read.get(caseId as string)?.states).toContain('checking');
          }
          for (const { caseId } of byMark.held) {
            const inCase = (read.get(caseId as string)?.tasks ?? []) as unknown as Shown[];
            expect(inCase.map(({ assignee }) => assignee)).toContain('checker');
          }
          for (const { person: each, of } of recusals) {
            if (each === index) expect(read.has(caseIds[of] ?? '')).toBe(false);
          }
          expect(listed.filter(({ caseId }) => !read.has(caseId as string))).toEqual([]);
          expect(found.everyCase.map(({ caseId }) => caseId).toSorted()).toEqual([...read.keys()].toSorted());
          for (const { caseId, taskId } of tasks) {
            const inCase = (read.get(caseId as string)?.tasks ?? []) as unknown as Shown[];
            expect(inCase.map((task) => task.taskId)).toContain(taskId);
          }
          expect(counts).toMatchObject(counted);
          expect(bySecret).toEqual([]);
          for (const { mark, roles: readers } of secrets) {
            if (!readers.some((role) => roles.includes(role))) {
              expect(texts.filter((each) => each.includes(mark))).toEqual([]);
            }
          }
        }
      },
    ),
    { numRuns: 8, endOnFailure: true },
  );
}, 60_000);

it('shows the marked values to those they are for', async () => {
  const { texts, read } = await looksAround('writer');
  expect(read.size).toBe(cases);
  for (const { mark } of secrets) {
    expect([mark, texts.some((each) => each.includes(mark))]).toEqual([mark, true]);
  }
});
