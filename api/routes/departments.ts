import { createRoute, z } from '@hono/zod-openapi';
import { addDepartment, changeDepartment } from '../../db/own/department-changes.ts';
import { departmentIn, listDepartments } from '../../db/own/departments.ts';
import { changePeople } from '../change-people.ts';
import { requireAdmin, requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { commandHeaders, commandProblems, pageQuery, readProblems } from '../schemas/common.ts';
import { jsonAnswer, jsonBody } from '../schemas/json-content.ts';
import { DepartmentStatus, DepartmentTitle, DepartmentView, departmentView, Id } from '../schemas/people.ts';
import type { Services } from '../services.ts';

const tags = ['People'];
const params = z.object({ departmentId: z.string().min(1).max(200) });

const list = createRoute({
  method: 'get',
  path: '/v1/departments',
  summary: 'The departments, by id; `parent` makes them a tree',
  tags,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: jsonAnswer('A page of them', page(DepartmentView)), ...readProblems },
});

const one = createRoute({
  method: 'get',
  path: '/v1/departments/{departmentId}',
  summary: 'One of them',
  tags,
  request: { params },
  responses: { 200: jsonAnswer('The department', DepartmentView), ...readProblems },
});

const placed = {
  parent: Id.nullable().optional().describe('Null: at the top'),
  head: Id.nullable().optional().describe('The person who leads it'),
  status: DepartmentStatus.optional(),
};

const add = createRoute({
  method: 'post',
  path: '/v1/departments',
  summary: 'Add a department (administrators)',
  tags,
  request: {
    headers: commandHeaders,
    body: jsonBody(z.strictObject({ id: Id, title: DepartmentTitle, ...placed }).openapi('NewDepartment')),
  },
  responses: { 201: jsonAnswer('The department', DepartmentView), ...commandProblems },
});

const change = createRoute({
  method: 'patch',
  path: '/v1/departments/{departmentId}',
  summary: 'Change a department (administrators); what is not named stays',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: jsonBody(
      z.strictObject({ title: DepartmentTitle.optional(), ...placed }).openapi('DepartmentChange'),
    ),
  },
  responses: { 200: jsonAnswer('The department', DepartmentView), ...commandProblems },
});

export const departmentRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  on(router, list, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const { items, next } = await listDepartments(store, { tenant, ...c.req.valid('query') });
    return c.json({ items: items.map(departmentView), next });
  });

  on(router, one, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const { departmentId } = c.req.valid('param');
    const department = await store.read((db) => departmentIn(db, tenant, departmentId));
    if (!department) {
      throw new Condition('NOT_FOUND', 'There is no such department.');
    }
    return c.json(departmentView(department));
  });

  on(router, add, (c) => {
    const person = requireStaff(c.get('person'));
    const { id, title, parent = null, head = null, status = 'active' } = c.req.valid('json');
    return changePeople(services, c, {
      subject: { kind: 'department', id },
      status: 201,
      authorize: () => requireAdmin(person),
      work: (by) => addDepartment(store, person.tenant, { id, title, parent, head, status }, by),
      answer: departmentView,
      location: () => `/v1/departments/${id}`,
    });
  });

  on(router, change, (c) => {
    const person = requireStaff(c.get('person'));
    const { departmentId } = c.req.valid('param');
    const { title, parent, head, status } = c.req.valid('json');
    const wanted = {
      ...(title === undefined ? {} : { title }),
      ...(parent === undefined ? {} : { parent }),
      ...(head === undefined ? {} : { head }),
      ...(status === undefined ? {} : { status }),
    };
    return changePeople(services, c, {
      subject: { kind: 'department', id: departmentId },
      status: 200,
      authorize: () => requireAdmin(person),
      work: (by) => changeDepartment(store, person.tenant, departmentId, wanted, by),
      answer: departmentView,
    });
  });
  return router;
};
