import { createRoute, z } from '@hono/zod-openapi';
import type { Json } from '../../machines/kernel/json.ts';
import { newRouter, on, type Router } from '../router.ts';
import { caseAnswers } from '../schemas/case.ts';
import { CaseId, commandHeaders, commandProblems, commonFields, Reason } from '../schemas/common.ts';
import { sendToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';

const params = z.object({ caseId: CaseId, n: z.coerce.number().int().min(1).max(1_000_000) });

const verbRoute = <B extends z.ZodType>(verb: string, summary: string, schema: B) =>
  createRoute({
    method: 'post',
    path: `/v1/cases/{caseId}/incidents/{n}/${verb}`,
    summary,
    tags: ['Incidents'],
    request: {
      params,
      headers: commandHeaders,
      body: { required: true, content: { 'application/json': { schema } } },
    },
    responses: { ...caseAnswers, ...commandProblems },
  });

const retry = verbRoute(
  'retry',
  'Call what failed once more',
  z.strictObject({ ...commonFields, reason: Reason }).openapi('RetryIncident'),
);
const resolve = verbRoute(
  'resolve',
  'Go on as if what failed had answered this',
  z
    .strictObject({ ...commonFields, reason: Reason, output: z.unknown().optional() })
    .openapi('ResolveIncident'),
);

export const incidentRoutes = (services: Services): Router => {
  const router = newRouter();
  on(router, retry, (c) => {
    const { caseId, n } = c.req.valid('param');
    return sendToCase(services, c, {
      caseId,
      common: c.req.valid('json'),
      command: () => ({ type: 'incident', n, verb: 'retry' }),
    });
  });

  on(router, resolve, (c) => {
    const { caseId, n } = c.req.valid('param');
    const { output, ...common } = c.req.valid('json');
    return sendToCase(services, c, {
      caseId,
      common,
      command: () => ({
        type: 'incident',
        n,
        verb: 'resolve',
        ...(output === undefined ? {} : { output: output as Json }),
      }),
    });
  });
  return router;
};
