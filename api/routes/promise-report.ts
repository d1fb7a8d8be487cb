import { createRoute, z } from '@hono/zod-openapi';
import { listPromises, promisesMax } from '../../db/read/list-promises.ts';
import { promiseReport } from '../../machines/people/promise-report.ts';
import { reportSpan } from '../report-span.ts';
import { requireReportReader } from '../require-report-reader.ts';
import { newRouter, on, type Router } from '../router.ts';
import { readProblems } from '../schemas/common.ts';
import { reportAnswer, reportQuery } from '../schemas/report.ts';
import type { Services } from '../services.ts';
import { sightOf } from '../sight.ts';

const PromiseLine = z
  .object({
    by: z.string().describe('Who gave them'),
    promises: z.int(),
    open: z.int().describe('Their time is not over'),
    kept: z.int().describe('In time'),
    late: z.int().describe('Ended after their time'),
    broken: z.int().describe('Their time is over, and they are not kept'),
    takenBack: z.int().describe('In time, with a reason, or ended with their case'),
  })
  .openapi('PromiseLine');

const report = createRoute({
  method: 'get',
  path: '/v1/reports/promises',
  summary: 'What became of the promises to customers that were given in a time, by who gave them',
  tags: ['Reports'],
  request: { query: reportQuery },
  responses: {
    200: reportAnswer('A line for each person', {
      name: 'PromiseReport',
      line: PromiseLine,
      readMax: `${promisesMax} promises`,
    }),
    ...readProblems,
  },
});

export const promiseReportRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();
  on(router, report, async (c) => {
    const person = requireReportReader(c.get('person'));
    const span = reportSpan(c.req.valid('query'), { nowMs: now(), days: 90 });
    const sight = await sightOf(services, person);
    const promises = await listPromises(store, { tenant: person.tenant, ...span, sight });
    return c.json({ ...span, whole: promises.length < promisesMax, items: promiseReport(promises) });
  });
  return router;
};
