import { createRoute, z } from '@hono/zod-openapi';
import { findPolicy, policyPeriods } from '../../db/own/policy-versions.ts';
import { requirePolicyReader } from '../policy-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { PolicyHash, readProblems } from '../schemas/common.ts';
import { PolicyTable, policyTable } from '../schemas/policy.ts';
import type { Services } from '../services.ts';

const Version = z
  .object({
    id: z.string(),
    version: z.string(),
    hash: PolicyHash,
    shipped: z.boolean(),
    from: z.string().nullable().describe('Null: from the beginning'),
    until: z.string().nullable().describe('The first instant at which it was in force no more; null: it is'),
    by: z.string().nullable().describe('Who put it in force'),
    record: z.int().nullable().describe('The number of the record that says so'),
  })
  .openapi('PolicyVersion');

const list = createRoute({
  method: 'get',
  path: '/v1/policy/versions',
  summary: 'Which table was in force when, the first one first; one that was so twice is there twice',
  tags: ['Policy'],
  responses: {
    200: {
      description: 'All of them',
      content: { 'application/json': { schema: z.object({ items: z.array(Version), next: z.null() }) } },
    },
    ...readProblems,
  },
});

const one = createRoute({
  method: 'get',
  path: '/v1/policy/versions/{hash}',
  summary: 'A table by its hash, as `policy` of an entry names it after the `#`',
  tags: ['Policy'],
  request: { params: z.object({ hash: PolicyHash }) },
  responses: {
    200: { description: 'The table', content: { 'application/json': { schema: PolicyTable } } },
    ...readProblems,
  },
});

/** Tables that were in force: what an entry was decided by can be read for ever. */
export const policyVersionRoutes = ({ store }: Services): Router => {
  const router = newRouter();

  on(router, list, async (c) => {
    const { tenant } = requirePolicyReader(c.get('person'));
    const periods = await policyPeriods(store, tenant);
    const items = periods.map(({ fromMs, untilMs, actorId, recordN, ...version }) => ({
      ...version,
      ...{ from: instantOf(fromMs), until: instantOf(untilMs), by: actorId, record: recordN },
    }));
    return c.json({ items, next: null });
  });

  on(router, one, async (c) => {
    const { tenant } = requirePolicyReader(c.get('person'));
    const policy = await findPolicy(store, tenant, c.req.valid('param').hash);
    if (!policy) {
      throw new Condition('NOT_FOUND', 'There is no table of this hash.');
    }
    return c.json(policyTable(policy));
  });
  return router;
};

const instantOf = (atMs: number | null): string | null =>
  atMs === null ? null : new Date(atMs).toISOString();
