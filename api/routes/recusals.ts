import { createRoute, z } from '@hono/zod-openapi';
import { accountsIn } from '../../db/own/acting.ts';
import { getPerson } from '../../db/own/people.ts';
import { Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { caseAnswers } from '../schemas/case.ts';
import { CaseId, commandHeaders, commandProblems, commonFields, Reason } from '../schemas/common.ts';
import { sendToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';

const PersonId = z.string().min(1).max(200);
const request = <P extends z.ZodObject, B extends z.ZodType>(params: P, schema: B) => ({
  params,
  headers: commandHeaders,
  body: { required: true, content: { 'application/json': { schema } } },
});

const recuse = createRoute({
  method: 'post',
  path: '/v1/cases/{caseId}/recusals',
  summary: 'Take somebody out of a case: they, and who reports to them, do not see it any more',
  tags: ['Cases'],
  request: request(
    z.object({ caseId: CaseId }),
    z
      .strictObject({
        ...commonFields,
        reason: Reason,
        personId: PersonId.describe('Yourself; or anybody, by managers and compliance'),
        because: z.enum(['recused', 'conflict-of-interest', 'complained-of']).optional(),
      })
      .openapi('Recuse'),
  ),
  responses: { ...caseAnswers, ...commandProblems },
});

const readmit = createRoute({
  method: 'post',
  path: '/v1/cases/{caseId}/recusals/{personId}/end',
  summary: 'Let somebody have a part in a case again; by compliance',
  tags: ['Cases'],
  request: request(
    z.object({ caseId: CaseId, personId: PersonId }),
    z.strictObject({ ...commonFields, reason: Reason }).openapi('EndRecusal'),
  ),
  responses: { ...caseAnswers, ...commandProblems },
});

export const recusalRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();

  on(router, recuse, async (c) => {
    const { caseId } = c.req.valid('param');
    const { personId, because, ...common } = c.req.valid('json');
    const { tenant } = c.get('person');
    return sendToCase(services, c, {
      caseId,
      common,
      command: async () => {
        const person = await getPerson(store, tenant, personId, now());
        if (!person) {
          throw new Refused('PERSON_UNKNOWN', 'There is no such person.', {
            errors: [{ pointer: '/personId', message: 'is nobody here' }],
          });
        }
        const sameAs = await store.read((db) => accountsIn(db, person));
        return {
          type: 'recusal',
          verb: 'recuse',
          person: { id: person.id, ...(sameAs.length === 0 ? {} : { sameAs: sameAs.toSorted() }) },
          ...(because === undefined ? {} : { because }),
        };
      },
    });
  });

  on(router, readmit, (c) => {
    const { caseId, personId } = c.req.valid('param');
    return sendToCase(services, c, {
      caseId,
      common: c.req.valid('json'),
      command: () => ({ type: 'recusal', verb: 'readmit', person: { id: personId } }),
    });
  });
  return router;
};
