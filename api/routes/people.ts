import { createRoute, z } from '@hono/zod-openapi';
import { listDepartments } from '../../db/own/departments.ts';
import { getPerson, listPeople, type Person } from '../../db/own/people.ts';
import { Condition } from '../problem.ts';
import { maySeeCases } from '../rights.ts';
import { newRouter, on, type Router } from '../router.ts';
import { Money } from '../schemas/case.ts';
import { readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';

const tags = ['People'];

const PersonView = z
  .object({
    personId: z.string(),
    name: z.string(),
    status: z.enum(['active', 'disabled']),
    roles: z.array(z.string()),
    departments: z.array(z.string()),
    skills: z.array(z.string()),
    authority: z.array(Money),
  })
  .openapi('Person');

const Department = z
  .object({ id: z.string(), title: z.object({ zh: z.string(), en: z.string() }) })
  .openapi('Department');

const items = (schema: z.ZodType) => ({
  200: {
    description: 'All of them',
    content: {
      'application/json': { schema: z.object({ items: z.array(schema), next: z.string().nullable() }) },
    },
  },
  ...readProblems,
});
const personAnswer = {
  200: { description: 'The person', content: { 'application/json': { schema: PersonView } } },
  ...readProblems,
};

const list = createRoute({
  method: 'get',
  path: '/v1/people',
  summary: 'The people who work here',
  tags,
  responses: items(PersonView),
});
const me = createRoute({
  method: 'get',
  path: '/v1/people/me',
  summary: 'Who you are here',
  tags,
  responses: personAnswer,
});
const one = createRoute({
  method: 'get',
  path: '/v1/people/{personId}',
  summary: 'One of them',
  tags,
  request: { params: z.object({ personId: z.string().min(1).max(200) }) },
  responses: personAnswer,
});
const departments = createRoute({
  method: 'get',
  path: '/v1/departments',
  summary: 'The departments',
  tags,
  responses: items(Department),
});

export const peopleRoutes = ({ store }: Services): Router => {
  const router = newRouter();
  on(router, me, (c) => c.json(view(c.get('person'))));

  on(router, list, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    return c.json({ items: (await listPeople(store, tenant)).map(view), next: null });
  });

  on(router, one, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const person = await getPerson(store, tenant, c.req.valid('param').personId);
    if (!person) {
      throw new Condition('NOT_FOUND', 'There is no such person.');
    }
    return c.json(view(person));
  });

  on(router, departments, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    return c.json(await listDepartments(store, { tenant }));
  });
  return router;
};

const view = ({ id, name, status, roles, departments: own, skills, authority }: Person) => ({
  personId: id,
  name,
  status,
  roles,
  departments: own,
  skills,
  authority,
});

const requireStaff = (person: Person): Person => {
  if (!maySeeCases(person)) {
    throw new Condition('NOT_FOUND', 'There is nothing at this address.');
  }
  return person;
};
