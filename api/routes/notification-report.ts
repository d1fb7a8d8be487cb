import { createRoute, z } from '@hono/zod-openapi';
import { notificationFigures } from '../../db/own/notifications-report.ts';
import { instantAt, instantMs } from '../../machines/kernel/instant.ts';
import { requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { Instant, readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';
import { sightOf } from '../sight.ts';

/** Roles that see how messages do: those who lead, and those who look after rules. */
const readers = ['lead', 'manager', 'complaints-manager', 'compliance', 'auditor', 'designer', 'admin', 'qa'];
const defaultMs = 30 * 86_400_000;

const report = createRoute({
  method: 'get',
  path: '/v1/reports/notifications',
  summary: 'What became of messages, by rule: sent, opened, acted on; a rule that nobody acts on can go',
  tags: ['Reports'],
  request: {
    query: z.strictObject({
      from: Instant.optional().describe('Default: 30 days before `to`'),
      to: Instant.optional().describe('Default: now; not included'),
      groupBy: z
        .enum(['rule', 'definition'])
        .optional()
        .describe('Default rule; `definition`: rule and definition'),
    }),
  },
  responses: {
    200: {
      description: 'A row for each rule',
      content: {
        'application/json': {
          schema: z
            .object({
              from: z.string(),
              to: z.string(),
              items: z.array(
                z.object({
                  rule: z.string(),
                  definition: z.string().nullable(),
                  told: z.int(),
                  sent: z.int(),
                  digested: z.int(),
                  shown: z.int(),
                  waiting: z.int(),
                  opened: z.int(),
                  actedOn: z.int(),
                }),
              ),
            })
            .openapi('NotificationReport'),
        },
      },
    },
    ...readProblems,
  },
});

export const notificationReportRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();
  on(router, report, async (c) => {
    const person = requireStaff(c.get('person'));
    if (!person.roles.some((role) => readers.includes(role))) {
      throw new Condition('NOT_FOUND', 'There is nothing at this address.');
    }
    const { from, to, groupBy } = c.req.valid('query');
    const toMs = to === undefined ? now() : instantMs(to);
    const fromMs = from === undefined ? toMs - defaultMs : instantMs(from);
    const items = await notificationFigures(store, {
      ...{ tenant: person.tenant, fromMs, toMs },
      byDefinition: groupBy === 'definition',
      sight: await sightOf(services, person),
    });
    return c.json({ from: instantAt(fromMs), to: instantAt(toMs), items });
  });
  return router;
};
