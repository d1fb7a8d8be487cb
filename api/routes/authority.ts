import { createRoute, z } from '@hono/zod-openapi';
import { allLimitsIn } from '../../db/own/authority.ts';
import { endLimit, lineId, setLimit } from '../../db/own/authority-changes.ts';
import type { Saved } from '../../db/own/person-record.ts';
import { instantMs } from '../../machines/kernel/instant.ts';
import type { AuthorityLimit } from '../../machines/people/organisation.ts';
import { changePeople } from '../change-people.ts';
import { requireAdmin, requireSomebodyElse, requireStaff } from '../people-rights.ts';
import { Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems, Instant, readProblems } from '../schemas/common.ts';
import { Currency, Id, LimitAmount, LimitView, limitView } from '../schemas/people.ts';
import type { Services } from '../services.ts';

const tags = ['People'];

const list = createRoute({
  method: 'get',
  path: '/v1/authority',
  summary: 'Who may decide how much: per role or person, kind of case and currency, with from and until',
  tags,
  responses: {
    200: {
      description: 'The whole table',
      content: { 'application/json': { schema: z.object({ items: z.array(LimitView), next: z.null() }) } },
    },
    ...readProblems,
  },
});

const Line = z
  .strictObject({
    holder: z.strictObject({ kind: z.enum(['role', 'person']), id: Id }),
    caseKind: Id.nullable().optional().describe('Null: every kind without a limit of its own'),
    currency: Currency,
    amount: LimitAmount.nullable().describe('Minor units; null takes the limit away from now on'),
    from: Instant.optional().describe('Default now'),
    until: Instant.nullable().optional(),
  })
  .openapi('AuthorityLine');

const put = createRoute({
  method: 'put',
  path: '/v1/authority',
  summary: 'Set one line from an instant on (administrators, never for themselves); what was before stays',
  tags,
  request: {
    headers: commandHeaders,
    body: { required: true, content: { 'application/json': { schema: Line } } },
  },
  responses: {
    200: {
      description: 'The line; without an amount, that it has ended',
      content: { 'application/json': { schema: LimitView.extend({ amount: z.int().nullable() }) } },
    },
    ...commandProblems,
  },
});

export const authorityRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  on(router, list, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const limits = await store.read((db) => allLimitsIn(db, tenant));
    return c.json({ items: limits.map(limitView), next: null });
  });

  on(router, put, (c) => {
    const person = requireStaff(c.get('person'));
    const { tenant } = person;
    const { holder, caseKind = null, currency, amount, from, until } = c.req.valid('json');
    const line = { holder, caseKind, currency };
    return changePeople<AuthorityLimit | typeof line>(services, c, {
      subject: { kind: 'authority', id: lineId(line) },
      status: 200,
      authorize: async ({ atMs }) => {
        requireAdmin(person);
        if (holder.kind === 'role' && person.roles.includes(holder.id)) {
          throw new Refused(
            'FOUR_EYES',
            'Nobody changes the limit of a role they hold: ask another administrator.',
          );
        }
        if (holder.kind === 'person') {
          await requireSomebodyElse(store, person, holder.id);
        }
        if (from !== undefined && instantMs(from) < atMs) {
          throw new Refused(
            'PERIOD_INVALID',
            'What was decided under a limit stays: it changes from now on.',
            {
              errors: [{ pointer: '/from', message: 'must not lie in the past' }],
            },
          );
        }
      },
      work: (by): Promise<Saved<AuthorityLimit | typeof line>> =>
        amount === null
          ? endLimit(store, tenant, line, by)
          : setLimit(
              store,
              tenant,
              {
                ...{ ...line, amount, fromMs: from === undefined ? null : instantMs(from) },
                untilMs: until === null || until === undefined ? null : instantMs(until),
              },
              by,
            ),
      answer: (saved) =>
        'amount' in saved ? limitView(saved) : { ...line, amount: null, from: null, until: null },
    });
  });
  return router;
};
