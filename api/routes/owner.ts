import { createRoute, z } from '@hono/zod-openapi';
import { knownPerson } from '../known-person.ts';
import { newRouter, on, type Router } from '../router.ts';
import { caseAnswers } from '../schemas/case.ts';
import { CaseId, commandHeaders, commandProblems, commonFields } from '../schemas/common.ts';
import { sendToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';
import { superiorOf } from '../task-parts.ts';

const params = z.object({ caseId: CaseId });
const To = z.strictObject({ ...commonFields, to: z.string().min(1).max(200) }).openapi('OwnerTo');
const Plain = z.strictObject(commonFields).openapi('OwnerAnswer');

const ownerRoute = <B extends z.ZodType>(path: string, summary: string, schema: B, required = true) =>
  createRoute({
    method: 'post',
    path: `/v1/cases/{caseId}/owner${path}`,
    summary,
    tags: ['Owner'],
    request: {
      params,
      headers: commandHeaders,
      body: { required, content: { 'application/json': { schema } } },
    },
    responses: { ...caseAnswers, ...commandProblems },
  });

const handOver = ownerRoute('', 'Ask somebody to become the owner of the case', To);
const accept = ownerRoute('/accept', 'Become the owner of a case that was handed to you', Plain, false);
const decline = ownerRoute('/decline', 'Decline a case that was handed to you, with a reason', Plain);
const name = ownerRoute('/name', 'Name the owner of a case that went to and fro, as its superior', To);

export const ownerRoutes = (services: Services): Router => {
  const router = newRouter();

  on(router, handOver, (c) => {
    const { caseId } = c.req.valid('param');
    const { to, ...common } = c.req.valid('json');
    const { tenant, id } = c.get('person');
    return sendToCase(services, c, {
      caseId,
      common,
      command: async ({ target: { row } }) => ({
        ...{ type: 'owner', verb: 'hand-over' },
        to: await knownPerson(services, { tenant, id: to, pointer: '/to', kind: row.kind }),
        superior: await superiorOf(services, row, [row.owner ?? id, to]),
      }),
    });
  });

  on(router, accept, (c) =>
    sendToCase(services, c, {
      caseId: c.req.valid('param').caseId,
      common: c.req.valid('json') ?? {},
      command: () => ({ type: 'owner', verb: 'accept' }),
    }),
  );

  on(router, decline, (c) =>
    sendToCase(services, c, {
      caseId: c.req.valid('param').caseId,
      common: c.req.valid('json'),
      command: () => ({ type: 'owner', verb: 'decline' }),
    }),
  );

  on(router, name, (c) => {
    const { caseId } = c.req.valid('param');
    const { to, ...common } = c.req.valid('json');
    const { tenant } = c.get('person');
    return sendToCase(services, c, {
      caseId,
      common,
      command: async ({ target: { row } }) => ({
        ...{ type: 'owner', verb: 'name' },
        to: await knownPerson(services, { tenant, id: to, pointer: '/to', kind: row.kind }),
      }),
    });
  });
  return router;
};
