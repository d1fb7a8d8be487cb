import { createRoute, z } from '@hono/zod-openapi';
import { listTransfers, transferCasesMax } from '../../db/read/list-transfers.ts';
import { transferReport } from '../../machines/people/transfer-report.ts';
import { hiddenStates } from '../hidden-states.ts';
import { reportSpan } from '../report-span.ts';
import { requireReportReader } from '../require-report-reader.ts';
import { newRouter, on, type Router } from '../router.ts';
import { readProblems } from '../schemas/common.ts';
import { reportAnswer, reportQuery } from '../schemas/report.ts';
import type { Services } from '../services.ts';
import { sightOf } from '../sight.ts';

const TransferPair = z
  .object({
    from: z.string().nullable(),
    to: z.string().nullable(),
    transfers: z.int(),
    accepted: z.int(),
    declined: z.int(),
    pingPong: z.int().describe('Back to where the same case had come from'),
    daysWaited: z.number().describe('Until it was taken; the sender’s time'),
  })
  .openapi('TransferPair');

const report = createRoute({
  method: 'get',
  path: '/v1/reports/transfers',
  summary: 'What went to and fro between departments, and how long it waited; by when cases were opened',
  tags: ['Reports'],
  request: { query: reportQuery },
  responses: {
    200: reportAnswer('A line for each pair of departments', {
      name: 'TransferReport',
      line: TransferPair,
      readMax: `${transferCasesMax} cases`,
    }),
    ...readProblems,
  },
});

export const transferReportRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();
  on(router, report, async (c) => {
    const person = requireReportReader(c.get('person'));
    const span = reportSpan(c.req.valid('query'), { nowMs: now(), days: 90 });
    const [sight, hidden] = await Promise.all([sightOf(services, person), hiddenStates(services, person)]);
    const { whole, transfers } = await listTransfers(store, {
      tenant: person.tenant,
      ...span,
      sight,
      hidden,
    });
    return c.json({ ...span, whole, items: transferReport(transfers, now()) });
  });
  return router;
};
