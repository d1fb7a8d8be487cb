import { createRoute, z } from '@hono/zod-openapi';
import { readiness } from '../health.ts';
import { newRouter, on, type Router } from '../router.ts';
import type { Services } from '../services.ts';

const tags = ['Health'];
const security: [] = [];

const alive = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Whether the process runs',
  tags,
  security,
  responses: {
    200: {
      description: 'It does',
      content: { 'application/json': { schema: z.object({ status: z.literal('ok') }) } },
    },
  },
});

const Ready = z
  .object({
    ready: z.boolean(),
    store: z.enum(['ok', 'unavailable']),
    engine: z.enum(['ok', 'unavailable']),
    oldestPendingLeafMs: z.number().nullable(),
    surge: z
      .object({ plan: z.string(), until: z.string() })
      .nullable()
      .describe('Surge mode: the plan that is on, and until when'),
  })
  .openapi('Readiness');

const ready = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Whether requests can be served',
  tags,
  security,
  responses: {
    200: { description: 'They can', content: { 'application/json': { schema: Ready } } },
    503: { description: 'Not now', content: { 'application/json': { schema: Ready } } },
  },
});

const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  summary: 'Figures of this process, for Prometheus',
  tags,
  security,
  responses: { 200: { description: 'Figures', content: { 'text/plain': { schema: z.string() } } } },
});

export const healthRoutes = (services: Services): Router => {
  const router = newRouter();
  on(router, alive, (c) => c.json({ status: 'ok' as const }));

  on(router, ready, async (c) => {
    const state = await readiness(services);
    return c.json(state, state.ready ? 200 : 503);
  });

  on(router, metrics, async (c) => {
    const { oldestPendingLeafMs, store, engine, surge } = await readiness(services);
    const text = services.metrics.text({
      caseloom_store_up: { help: 'Whether the database answers.', value: store === 'ok' ? 1 : 0 },
      caseloom_engine_up: { help: 'Whether the engine answers.', value: engine === 'ok' ? 1 : 0 },
      caseloom_surge_on: { help: 'Whether surge mode is on.', value: surge === null ? 0 : 1 },
      caseloom_oldest_pending_leaf_seconds: {
        help: 'Age of the oldest leaf that waits for its place in the log.',
        value: (oldestPendingLeafMs ?? 0) / 1000,
      },
    });
    return c.body(text, 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  return router;
};
