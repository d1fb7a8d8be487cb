import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { departmentsIn } from '../../db/own/departments.ts';
import { calendarIn } from '../../db/own/notifications-calendar.ts';
import { roleIdsIn } from '../../db/own/roles.ts';
import { surgePlanIn, writeSurgePlan } from '../../db/own/surge-plans.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { type SurgePlan, surgePlanProblems } from '../../machines/surge/plan.ts';
import { changePeople } from '../change-people.ts';
import type { AppEnv } from '../env.ts';
import { requireAdmin, requireStaff } from '../people-rights.ts';
import { Condition, Refused } from '../problem.ts';
import { type DocumentProblem, refuseInvalid, versionTaken } from '../refuse-invalid.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems } from '../schemas/common.ts';
import { Id } from '../schemas/people.ts';
import type { Services } from '../services.ts';

const tags = ['Surge mode'];
const params = z.object({ planId: Id });
const Document = z.record(z.string(), z.unknown());
const answer = (description: string) => ({
  description,
  content: { 'application/json': { schema: z.object({ plan: Document.nullable() }) } },
});

const put = createRoute({
  method: 'put',
  path: '/v1/surge/plans/{planId}',
  summary: 'Publish a plan of your own, or in the place of a shipped one, as a new version (administrators)',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: { required: true, content: { 'application/json': { schema: Document } } },
  },
  responses: { 200: answer('It may be switched on from now on'), ...commandProblems },
});

const remove = createRoute({
  method: 'delete',
  path: '/v1/surge/plans/{planId}',
  summary:
    'Take a plan of your own away; the shipped one of its id, if any, takes its place (administrators)',
  tags,
  request: { params, headers: commandHeaders },
  responses: { 200: answer('The plan that there is now under this id, or null'), ...commandProblems },
});

/** A company's own plans for surge mode. */
export const surgePlanRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  const change = (c: Context<AppEnv>, id: string, plan: SurgePlan | null) => {
    const person = requireStaff(c.get('person'));
    const { tenant } = person;
    return changePeople(services, c, {
      subject: { kind: 'setting', id: 'surgePlans' },
      status: 200,
      authorize: async () => {
        requireAdmin(person);
        if (plan !== null) {
          refuseInvalid(surgePlanProblems(plan));
          refuseInvalid([
            ...(plan.id === id ? [] : [{ pointer: '/id', message: `must be ${id}` }]),
            ...(await unknownIn(services, tenant, plan)),
          ]);
        } else if (!(await store.read((db) => surgePlanIn(db, tenant, id)))) {
          throw new Condition('NOT_FOUND', 'There is no such plan.');
        }
      },
      work: async (by) => {
        const written = await writeSurgePlan(store, tenant, { id, plan }, by);
        if (written === 'VERSION_TAKEN') {
          throw versionTaken();
        }
        if (written === 'RULE_CHOSEN') {
          throw new Refused(
            'DATA_INVALID',
            'Its rule may switch surge mode on: choose another rule, or none, first.',
          );
        }
        return { saved: null };
      },
      answer: async () => ({
        plan: ((await store.read((db) => surgePlanIn(db, tenant, id))) ?? null) as unknown as Json,
      }),
    });
  };

  on(router, put, (c) => change(c, c.req.valid('param').planId, c.req.valid('json') as unknown as SurgePlan));
  on(router, remove, (c) => change(c, c.req.valid('param').planId, null));
  return router;
};

/** What a plan names and there is not. */
const unknownIn = (
  { store }: Services,
  tenant: string,
  { calendar, roster }: SurgePlan,
): Promise<DocumentProblem[]> =>
  store.read((db) => {
    const roles = roleIdsIn(db, tenant);
    const departments = departmentsIn(db, tenant).map(({ id }) => id);
    return [
      ...(calendarIn(db, tenant, calendar)
        ? []
        : [{ pointer: '/calendar', message: `there is no calendar ${calendar}` }]),
      ...roster.flatMap(({ role, department }, index) => [
        ...(roles.includes(role)
          ? []
          : [{ pointer: `/roster/${index}/role`, message: `there is no role ${role}` }]),
        ...(department === undefined || departments.includes(department)
          ? []
          : [{ pointer: `/roster/${index}/department`, message: `there is no department ${department}` }]),
      ]),
    ];
  });
