import { createRoute, z } from '@hono/zod-openapi';
import { addDelegation, delegationIn, listDelegations, revokeDelegation } from '../../db/own/delegations.ts';
import { instantMs } from '../../machines/kernel/instant.ts';
import { changePeople } from '../change-people.ts';
import { ownIds, requireSpeaksFor, requireStaff } from '../people-rights.ts';
import { Condition, Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { commandHeaders, commandProblems, Instant, pageQuery, readProblems } from '../schemas/common.ts';
import { jsonAnswer, jsonBody } from '../schemas/json-content.ts';
import {
  Currency,
  DelegatedNames,
  DelegationKind,
  DelegationStatus,
  DelegationView,
  delegatedLimitsMax,
  delegationView,
  Id,
  LimitAmount,
} from '../schemas/people.ts';
import type { Services } from '../services.ts';

const tags = ['People'];

const list = createRoute({
  method: 'get',
  path: '/v1/delegations',
  summary: 'Who does whose work: delegations (委派) and substitutions (代理)',
  tags,
  request: {
    query: z.strictObject({
      ...pageQuery,
      personId: Id.optional().describe('Whose work it is'),
      delegateId: Id.optional().describe('Who does it'),
      status: DelegationStatus.optional(),
    }),
  },
  responses: { 200: jsonAnswer('A page of them', page(DelegationView)), ...readProblems },
});

const add = createRoute({
  method: 'post',
  path: '/v1/delegations',
  summary:
    'Give work to somebody for a time, or name a substitute (the person, whoever leads them, administrators)',
  tags,
  request: {
    headers: commandHeaders,
    body: jsonBody(
      z
        .strictObject({
          kind: DelegationKind,
          personId: Id.optional().describe('Whose work it is; default: yours'),
          delegateId: Id.describe('Who does it'),
          from: Instant.optional().describe('Default now'),
          until: Instant.nullable().optional().describe('Required for a delegation'),
          roles: DelegatedNames.nullable().optional().describe('Default: all that are held'),
          caseKinds: DelegatedNames.nullable().optional().describe('Default: every kind'),
          limits: z
            .array(z.strictObject({ amount: LimitAmount, currency: Currency }))
            .max(delegatedLimitsMax)
            .nullable()
            .optional()
            .describe('Default: the person’s own; none: nothing that needs authority'),
        })
        .openapi('NewDelegation'),
    ),
  },
  responses: { 201: jsonAnswer('The delegation', DelegationView), ...commandProblems },
});

const change = createRoute({
  method: 'patch',
  path: '/v1/delegations/{delegationId}',
  summary: 'Revoke it (either side, whoever leads the person, administrators): it ends with the next request',
  tags,
  request: {
    params: z.object({ delegationId: z.string().min(1).max(120) }),
    headers: commandHeaders,
    body: jsonBody(z.strictObject({ status: z.literal('revoked') }).openapi('DelegationChange')),
  },
  responses: { 200: jsonAnswer('The delegation', DelegationView), ...commandProblems },
});

export const delegationRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  on(router, list, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const { items, next } = await listDelegations(store, { tenant, ...c.req.valid('query') });
    return c.json({ items: items.map(delegationView), next });
  });

  on(router, add, (c) => {
    const person = requireStaff(c.get('person'));
    const { personId = person.id, kind, delegateId, from, until, ...scope } = c.req.valid('json');
    return changePeople(services, c, {
      subject: { kind: 'person', id: personId },
      status: 201,
      authorize: async ({ atMs }) => {
        await requireSpeaksFor(store, person, personId, atMs);
        const own = await ownIds(store, person);
        if (own.includes(delegateId) && !own.includes(personId)) {
          throw new Refused('FOUR_EYES', 'Nobody gives somebody else’s rights to themselves.', {
            errors: [{ pointer: '/delegateId', message: 'is yourself' }],
          });
        }
      },
      work: (by) =>
        addDelegation(
          store,
          person.tenant,
          {
            ...{ id: `del-${by.commandId.slice(0, 24)}`, kind, personId, delegateId, status: 'active' },
            fromMs: from === undefined ? by.atMs : instantMs(from),
            untilMs: until === null || until === undefined ? null : instantMs(until),
            ...{
              roles: scope.roles ?? null,
              caseKinds: scope.caseKinds ?? null,
              limits: scope.limits ?? null,
            },
          },
          by,
        ),
      answer: delegationView,
    });
  });

  on(router, change, async (c) => {
    const person = requireStaff(c.get('person'));
    const { delegationId } = c.req.valid('param');
    const there = await store.read((db) => delegationIn(db, person.tenant, delegationId));
    if (!there) {
      throw new Condition('NOT_FOUND', 'There is no such delegation.');
    }
    return changePeople(services, c, {
      subject: { kind: 'delegation', id: delegationId },
      status: 200,
      authorize: async ({ atMs }) => {
        if (there.delegateId !== person.id) {
          await requireSpeaksFor(store, person, there.personId, atMs);
        }
      },
      work: (by) => revokeDelegation(store, person.tenant, delegationId, by),
      answer: delegationView,
    });
  });
  return router;
};
