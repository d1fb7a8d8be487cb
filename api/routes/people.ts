import { createRoute, z } from '@hono/zod-openapi';
import { listPeoplePage } from '../../db/own/list-people.ts';
import { getPerson, type Person } from '../../db/own/people.ts';
import { listHistory } from '../../db/own/people-history.ts';
import { addPerson, changePerson, personRecordIn } from '../../db/own/person-record.ts';
import { changePeople } from '../change-people.ts';
import { actorOf } from '../facts.ts';
import { mayReadHistory, requireAdmin, requireSomebodyElse, requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { Money, page } from '../schemas/case.ts';
import { commandHeaders, commandProblems, pageQuery, readProblems } from '../schemas/common.ts';
import { jsonAnswer, jsonBody } from '../schemas/json-content.ts';
import {
  changedPerson,
  emptyPerson,
  Id,
  membershipsView,
  NewPerson,
  PersonChange,
  PersonStatus,
  PersonView,
} from '../schemas/people.ts';
import type { Services } from '../services.ts';
import { hasSecondFactor } from '../sign-in/credential.ts';

const tags = ['People'];
const params = z.object({ personId: z.string().min(1).max(200) });

const list = createRoute({
  method: 'get',
  path: '/v1/people',
  summary: 'The people who work here, by id',
  tags,
  request: {
    query: z.strictObject({
      ...pageQuery,
      role: Id.optional(),
      department: Id.optional(),
      status: PersonStatus.optional(),
      q: z.string().min(1).max(80).optional().describe('Part of the id or name'),
    }),
  },
  responses: { 200: jsonAnswer('A page of them', page(PersonView)), ...readProblems },
});

const Me = PersonView.extend({
  sameAs: z.array(z.string()).describe('Your other accounts'),
  actsFor: z
    .array(
      z.object({
        personId: z.string(),
        via: z.enum(['delegation', 'substitution']),
        roles: z.array(z.string()),
        departments: z.array(z.string()).optional(),
        authority: z.array(Money).optional(),
        until: z.string().nullable(),
      }),
    )
    .describe('Whose work you do now, in every kind of case, beside your own'),
  signedInBy: z.enum(['demo-token', 'session', 'access-token', 'service-key']),
  hasSecondFactor: z.boolean().describe('Whether this session was begun with a second factor or a passkey'),
}).openapi('Me');

const me = createRoute({
  method: 'get',
  path: '/v1/people/me',
  summary: 'Who you are here, and whose work you do',
  tags,
  responses: { 200: jsonAnswer('You', Me), ...readProblems },
});

const one = createRoute({
  method: 'get',
  path: '/v1/people/{personId}',
  summary: 'One of them',
  tags,
  request: { params },
  responses: { 200: jsonAnswer('The person', PersonView), ...readProblems },
});

const add = createRoute({
  method: 'post',
  path: '/v1/people',
  summary: 'Add a person (administrators)',
  tags,
  request: {
    headers: commandHeaders,
    body: jsonBody(NewPerson),
  },
  responses: { 201: jsonAnswer('The person', PersonView), ...commandProblems },
});

const change = createRoute({
  method: 'patch',
  path: '/v1/people/{personId}',
  summary: 'Change a person (administrators, never themselves); what is not named stays',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: jsonBody(PersonChange),
  },
  responses: { 200: jsonAnswer('The person', PersonView), ...commandProblems },
});

const PersonState = z
  .object({
    n: z.int(),
    at: z.string(),
    actorId: z.string(),
    type: z.string(),
    content: z.unknown(),
    salt: z.string().describe('With it, the record’s commitment proves the content'),
    record: z.int().describe('Number of the record in the log'),
  })
  .openapi('PersonState');

const history = createRoute({
  method: 'get',
  path: '/v1/people/{personId}/history',
  summary:
    'All that a person has been here, the oldest first (themselves, administrators, auditors, compliance)',
  tags,
  request: { params, query: z.strictObject(pageQuery) },
  responses: { 200: jsonAnswer('A page of it', page(PersonState)), ...readProblems },
});

export const peopleRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();

  on(router, me, async (c) => {
    const person = c.get('person');
    const { actsFor = [], sameAs = [] } = await actorOf(store, person, { nowMs: now() });
    const credential = c.get('credential');
    const signedIn = { signedInBy: credential.kind, hasSecondFactor: hasSecondFactor(credential) };
    return c.json({ ...personView(person), sameAs, actsFor, ...signedIn });
  });

  on(router, list, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const { items, next } = await listPeoplePage(store, { tenant, ...c.req.valid('query') }, now());
    return c.json({ items: items.map(personView), next });
  });

  on(router, one, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    return c.json(await wholePerson(services, tenant, c.req.valid('param').personId));
  });

  on(router, add, (c) => {
    const { personId, ...rest } = c.req.valid('json');
    const person = requireStaff(c.get('person'));
    const { tenant } = person;
    return changePeople(services, c, {
      subject: { kind: 'person', id: personId },
      status: 201,
      authorize: async () => {
        requireAdmin(person);
        await requireSomebodyElse(store, person, rest.samePersonAs);
      },
      work: (by) => addPerson(store, tenant, changedPerson(emptyPerson(personId), rest), by),
      answer: () => wholePerson(services, tenant, personId),
      location: () => `/v1/people/${personId}`,
    });
  });

  on(router, change, (c) => {
    const { personId } = c.req.valid('param');
    const wanted = c.req.valid('json');
    const person = requireStaff(c.get('person'));
    const { tenant } = person;
    return changePeople(services, c, {
      subject: { kind: 'person', id: personId },
      status: 200,
      authorize: async () => {
        requireAdmin(person);
        await requireSomebodyElse(store, person, personId, wanted.samePersonAs);
      },
      work: (by) => changePerson(store, tenant, personId, (there) => changedPerson(there, wanted), by),
      answer: () => wholePerson(services, tenant, personId),
    });
  });

  on(router, history, async (c) => {
    const person = requireStaff(c.get('person'));
    const { personId } = c.req.valid('param');
    if (!mayReadHistory(person) && person.id !== personId) {
      throw new Condition('NOT_FOUND', 'There is no such person.');
    }
    const { tenant } = person;
    const subject = { kind: 'person', id: personId } as const;
    const { items, next } = await listHistory(store, { tenant, subject, ...c.req.valid('query') });
    return c.json({
      items: items.map(({ n, atMs, actorId, type, content, salt, recordN }) => ({
        ...{ n, at: new Date(atMs).toISOString(), actorId, type, content, salt, record: recordN },
      })),
      next,
    });
  });
  return router;
};

const personView = (person: Person) => ({
  personId: person.id,
  name: person.name,
  status: person.status,
  roles: person.roles,
  departments: person.departments,
  skills: person.skills,
  licences: person.licences ?? [],
  regions: person.regions ?? [],
  superior: person.superior ?? null,
  samePersonAs: person.humanId ?? null,
  calendar: person.calendar ?? null,
  authority: person.authority.map(({ amount, currency }) => ({ amount, currency })),
});

/** @throws Condition where there is nobody of this id */
const wholePerson = async ({ store, now }: Services, tenant: string, personId: string) => {
  const person = await getPerson(store, tenant, personId, now());
  const record = await store.read((db) => personRecordIn(db, tenant, personId));
  if (!person || !record) {
    throw new Condition('NOT_FOUND', 'There is no such person.');
  }
  return { ...personView(person), memberships: membershipsView(record) };
};
