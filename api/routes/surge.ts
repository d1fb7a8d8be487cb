import { createRoute, z } from '@hono/zod-openapi';
import { endSurge, readSurge, type Surge, setSurgeRule, startSurge } from '../../db/own/surge.ts';
import { surgePlanIn, surgePlansIn } from '../../db/own/surge-plans.ts';
import { readSetting } from '../../db/own/tenant-settings.ts';
import { instantAt, instantMs } from '../../machines/kernel/instant.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { changePeople } from '../change-people.ts';
import { requireStaff } from '../people-rights.ts';
import { Condition, Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems, Instant, Reason, readProblems } from '../schemas/common.ts';
import { Id } from '../schemas/people.ts';
import type { Services } from '../services.ts';

const tags = ['Surge mode'];
const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } });

const SurgeView = z
  .object({
    plan: z.object({ id: z.string(), version: z.string() }),
    title: z.object({ zh: z.string(), en: z.string() }),
    from: z.string(),
    until: z.string(),
    by: z.string(),
    cause: z.enum(['manager', 'rule']),
    reason: z.string().nullable(),
    figures: z
      .object({ openings: z.int(), usual: z.number() })
      .nullable()
      .describe('By which the plan’s rule switched it on'),
  })
  .openapi('Surge');

const show = createRoute({
  method: 'get',
  path: '/v1/surge',
  summary: 'Whether surge mode is on, which plans there are, and whose rule may switch it on',
  tags,
  responses: {
    200: {
      description: 'As of now',
      content: json(
        z.object({
          on: SurgeView.nullable(),
          rule: z.string().nullable(),
          plans: z.array(z.looseObject({ id: z.string(), version: z.string() })),
        }),
      ),
    },
    ...readProblems,
  },
});

const start = createRoute({
  method: 'post',
  path: '/v1/surge',
  summary: 'Switch surge mode on, or change until when it is (managers)',
  tags,
  request: {
    headers: commandHeaders,
    body: {
      required: true,
      content: json(
        z
          .strictObject({ plan: Id, until: Instant.describe('The first instant it is off'), reason: Reason })
          .openapi('NewSurge'),
      ),
    },
  },
  responses: { 200: { description: 'It is on', content: json(SurgeView) }, ...commandProblems },
});

const end = createRoute({
  method: 'post',
  path: '/v1/surge/end',
  summary: 'Switch surge mode off before its time (managers)',
  tags,
  request: {
    headers: commandHeaders,
    body: { required: true, content: json(z.strictObject({ reason: Reason }).openapi('EndSurge')) },
  },
  responses: { 200: { description: 'It is off', content: json(SurgeView) }, ...commandProblems },
});

const rule = createRoute({
  method: 'put',
  path: '/v1/surge/rule',
  summary: 'Let a plan’s rule switch surge mode on, or null: none (managers)',
  tags,
  request: {
    headers: commandHeaders,
    body: { required: true, content: json(z.strictObject({ plan: Id.nullable() }).openapi('SurgeRule')) },
  },
  responses: {
    200: { description: 'As it is now', content: json(z.object({ plan: z.string().nullable() })) },
    ...commandProblems,
  },
});

/** Who switches it on and off. */
const managers = ['manager', 'complaints-manager', 'head-office'];

export const surgeRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();
  const subject = { kind: 'setting', id: 'surge' } as const;

  const requireManager = ({ roles }: { roles: string[] }): void => {
    if (!roles.some((role) => managers.includes(role))) {
      throw new Refused('ROLE_REQUIRED', `Surge mode is switched by: ${managers.join(', ')}.`);
    }
  };
  const planOf = async (tenant: string, id: string) => {
    const plan = await store.read((db) => surgePlanIn(db, tenant, id));
    if (!plan) {
      const known = (await store.read((db) => surgePlansIn(db, tenant))).map((each) => each.id);
      throw new Refused('DATA_INVALID', 'There is no such plan.', {
        errors: [{ pointer: '/plan', message: `is one of ${known.join(', ')}` }],
      });
    }
    return plan;
  };

  on(router, show, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const surge = await readSurge(store, tenant, now());
    const chosen = await readSetting(store, tenant, 'surgeRule');
    return c.json({
      on: surge === undefined ? null : view(surge),
      rule: chosen?.plan ?? null,
      plans: (await store.read((db) => surgePlansIn(db, tenant))).map((plan) => ({ ...plan })),
    });
  });

  on(router, start, (c) => {
    const person = requireStaff(c.get('person'));
    const { plan: id, until, reason } = c.req.valid('json');
    return changePeople(services, c, {
      subject,
      status: 200,
      authorize: async ({ atMs }) => {
        requireManager(person);
        const untilMs = instantMs(until);
        const { hoursMax } = await planOf(person.tenant, id);
        if (untilMs <= atMs || untilMs > atMs + hoursMax * 3_600_000) {
          throw new Refused('TIME_INVALID', `The plan is on for at most ${hoursMax} hours from now.`, {
            errors: [{ pointer: '/until', message: `lies within ${hoursMax} hours from now` }],
          });
        }
      },
      work: async (by) =>
        startSurge(
          store,
          person.tenant,
          {
            ...{
              plan: await planOf(person.tenant, id),
              from: instantAt(by.atMs),
              until: instantAt(instantMs(until)),
            },
            ...{ by: person.id, cause: 'manager', reason },
          },
          by,
        ),
      answer: (surge) => view(surge),
    });
  });

  on(router, end, (c) => {
    const person = requireStaff(c.get('person'));
    const { reason } = c.req.valid('json');
    return changePeople(services, c, {
      subject,
      status: 200,
      authorize: async ({ atMs }) => {
        requireManager(person);
        if (!(await readSurge(store, person.tenant, atMs))) {
          throw new Condition('NOT_FOUND', 'Surge mode is not on.');
        }
      },
      work: (by) => endSurge(store, person.tenant, by, reason),
      answer: (surge) => view(surge),
    });
  });

  on(router, rule, (c) => {
    const person = requireStaff(c.get('person'));
    const { plan } = c.req.valid('json');
    return changePeople(services, c, {
      subject,
      status: 200,
      authorize: async () => {
        requireManager(person);
        if (plan !== null && (await planOf(person.tenant, plan)).rule === undefined) {
          throw new Refused('DATA_INVALID', 'That plan has no rule.', {
            errors: [{ pointer: '/plan', message: 'has no rule' }],
          });
        }
      },
      work: (by) => setSurgeRule(store, person.tenant, plan, by),
      answer: (chosen) => ({ plan: chosen }),
    });
  });
  return router;
};

const view = ({ plan, from, until, by, cause, reason, figures }: Surge) =>
  ({
    plan: { id: plan.id, version: plan.version },
    title: { ...plan.title },
    ...{ from, until, by, cause, reason: reason ?? null },
    figures: figures === undefined ? null : { ...figures },
  }) satisfies JsonObject;
