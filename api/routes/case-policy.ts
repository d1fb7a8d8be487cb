import { createRoute, z } from '@hono/zod-openapi';
import { adoptPolicyParts } from '../adopt-policy.ts';
import { newRouter, on, type Router } from '../router.ts';
import { caseAnswers } from '../schemas/case.ts';
import { CaseId, commandHeaders, commandProblems, PolicyHash, Reason } from '../schemas/common.ts';
import { sendToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';

const adopt = createRoute({
  method: 'post',
  path: '/v1/cases/{caseId}/policy',
  summary:
    'Put an open case under the table of who may do what that is in force (administrators, compliance)',
  tags: ['Policy'],
  request: {
    params: z.object({ caseId: CaseId }),
    headers: commandHeaders,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({ hash: PolicyHash, reason: Reason }).openapi('AdoptPolicy'),
        },
      },
    },
  },
  responses: { ...caseAnswers, ...commandProblems },
});

/** Which table decides in a case. */
export const casePolicyRoutes = (services: Services): Router => {
  const router = newRouter();

  on(router, adopt, (c) => {
    const { hash, reason } = c.req.valid('json');
    return sendToCase(services, c, {
      caseId: c.req.valid('param').caseId,
      common: { reason },
      ...adoptPolicyParts(services, c.get('person').tenant, { hash, pointer: '/hash' }),
    });
  });
  return router;
};
