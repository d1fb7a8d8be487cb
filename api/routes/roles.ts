import { createRoute, z } from '@hono/zod-openapi';
import { addRole, listRoles } from '../../db/own/roles.ts';
import { changePeople } from '../change-people.ts';
import { requireAdmin, requireStaff } from '../people-rights.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems, readProblems } from '../schemas/common.ts';
import { DepartmentTitle, Id } from '../schemas/people.ts';
import type { Services } from '../services.ts';

const tags = ['People'];
const Role = z.strictObject({ id: Id, title: DepartmentTitle }).openapi('Role');

const list = createRoute({
  method: 'get',
  path: '/v1/roles',
  summary: 'The roles that people may hold',
  tags,
  responses: {
    200: {
      description: 'All of them',
      content: { 'application/json': { schema: z.object({ items: z.array(Role), next: z.null() }) } },
    },
    ...readProblems,
  },
});

const add = createRoute({
  method: 'post',
  path: '/v1/roles',
  summary: 'Add a role, for definitions and people to name (administrators)',
  tags,
  request: {
    headers: commandHeaders,
    body: { required: true, content: { 'application/json': { schema: Role } } },
  },
  responses: {
    201: { description: 'The role', content: { 'application/json': { schema: Role } } },
    ...commandProblems,
  },
});

export const roleRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  on(router, list, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    return c.json({ items: await listRoles(store, tenant), next: null });
  });

  on(router, add, (c) => {
    const person = requireStaff(c.get('person'));
    const role = c.req.valid('json');
    return changePeople(services, c, {
      subject: { kind: 'role', id: role.id },
      status: 201,
      authorize: () => requireAdmin(person),
      work: (by) => addRole(store, person.tenant, role, by),
      answer: ({ id, title }) => ({ id, title: { zh: title.zh, en: title.en } }),
    });
  });
  return router;
};
