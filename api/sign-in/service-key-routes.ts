import { createRoute, z } from '@hono/zod-openapi';
import {
  createServiceKey,
  listServiceKeys,
  revokeServiceKey,
  type ServiceKey,
} from '../../db/own/service-keys.ts';
import { giveAnswer } from '../answer.ts';
import { once } from '../idempotency.ts';
import { requireAdmin, requireStaff } from '../people-rights.ts';
import { Condition, Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { commandHeaders, commandProblems, pageQuery, readProblems } from '../schemas/common.ts';
import { jsonAnswer, jsonBody } from '../schemas/json-content.ts';
import { Id } from '../schemas/people.ts';
import type { Services } from '../services.ts';
import { allScopes } from './scopes.ts';

const tags = ['Service keys'];
const dayMs = 86_400_000;
/** A key that nobody renews is a key that nobody remembers. */
const daysMax = 366;

const NewKey = z
  .strictObject({
    name: z.string().min(1).max(80).describe('What the program is'),
    roles: z.array(Id).min(1).max(20),
    scopes: z
      .array(z.enum(allScopes as [string, ...string[]]))
      .min(1)
      .max(allScopes.length),
    expiresAt: z.iso.datetime().describe('At most a year from now'),
  })
  .openapi('NewServiceKey');

const Key = z
  .object({
    keyId: z.string(),
    name: z.string(),
    roles: z.array(z.string()),
    scopes: z.array(z.string()),
    createdBy: z.string(),
    createdAt: z.string(),
    expiresAt: z.string(),
    revokedAt: z.string().nullable(),
  })
  .openapi('ServiceKey');

const CreatedKey = Key.extend({
  key: z.string().nullable().describe('Shown this once; null when the request is sent again'),
}).openapi('CreatedServiceKey');

const create = createRoute({
  method: 'post',
  path: '/v1/service-keys',
  summary: 'Make a key for a program (administrators)',
  tags,
  request: {
    headers: commandHeaders,
    body: jsonBody(NewKey),
  },
  responses: { 201: jsonAnswer('The key', CreatedKey), ...commandProblems },
});

const list = createRoute({
  method: 'get',
  path: '/v1/service-keys',
  summary: 'All keys, also those that hold no more (administrators)',
  tags,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: jsonAnswer('A page of them', page(Key)), ...readProblems },
});

const params = z.object({ keyId: z.string().min(1).max(80) });

const revoke = createRoute({
  method: 'delete',
  path: '/v1/service-keys/{keyId}',
  summary: 'Take a key back, from the next request on (administrators)',
  tags,
  request: { params, headers: commandHeaders },
  responses: { 200: jsonAnswer('The key', Key), ...commandProblems },
});

export const serviceKeyRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();

  on(router, create, async (c) => {
    const { expiresAt, ...wanted } = c.req.valid('json');
    const person = requireStaff(c.get('person'));
    const expiresAtMs = Date.parse(expiresAt);
    let made: string | undefined;
    const kept = await once(
      services,
      c,
      c.get('body') ?? null,
      () => tenantOf(person.tenant),
      async (request) => {
        requireAdmin(person);
        const atMs = now();
        if (expiresAtMs <= atMs || expiresAtMs > atMs + daysMax * dayMs) throw expiryInvalid();
        await request.claim();
        const by = { actorId: person.id, humanId: person.humanId ?? person.id, atMs, commandId: request.id };
        const outcome = await createServiceKey(store, person.tenant, { ...wanted, expiresAtMs }, by);
        if ('unknownRoles' in outcome) throw rolesUnknown(wanted.roles, outcome.unknownRoles);
        made = outcome.key;
        const location = `/v1/service-keys/${outcome.saved.keyId}`;
        // The key itself is in no answer that is kept.
        return { status: 201, location, body: { ...viewOf(outcome.saved), key: null } };
      },
    );
    if (made === undefined) return giveAnswer(services, c, kept);
    c.header('location', kept.location ?? '');
    return c.json({ ...(kept.body as object), key: made }, 201);
  });

  on(router, list, async (c) => {
    const person = requireStaff(c.get('person'));
    requireAdmin(person);
    const { items, next } = await listServiceKeys(store, { tenant: person.tenant, ...c.req.valid('query') });
    return c.json({ items: items.map(viewOf), next });
  });

  on(router, revoke, async (c) => {
    const { keyId } = c.req.valid('param');
    const person = requireStaff(c.get('person'));
    const kept = await once(
      services,
      c,
      null,
      () => ({ kind: 'service-key', id: keyId }),
      async (request) => {
        requireAdmin(person);
        await request.claim();
        const by = { actorId: person.id, atMs: now(), commandId: request.id };
        const revoked = await revokeServiceKey(store, person.tenant, keyId, by);
        if (!revoked) throw new Condition('NOT_FOUND', 'There is no such key.');
        return { status: 200, body: viewOf(revoked) };
      },
    );
    return giveAnswer(services, c, kept);
  });
  return router;
};

const tenantOf = (id: string) => ({ kind: 'tenant', id }) as const;

const instant = (ms: number): string => new Date(ms).toISOString();

const viewOf = ({ createdAtMs, expiresAtMs, revokedAtMs, ...key }: ServiceKey) => ({
  ...key,
  createdAt: instant(createdAtMs),
  expiresAt: instant(expiresAtMs),
  revokedAt: revokedAtMs === null ? null : instant(revokedAtMs),
});

const expiryInvalid = (): Refused =>
  new Refused('PERIOD_INVALID', 'A key holds for some time, and for a year at most.', {
    errors: [{ pointer: '/expiresAt', message: `must lie ahead, by at most ${daysMax} days` }],
  });

const rolesUnknown = (roles: string[], unknown: string[]): Refused =>
  new Refused('ROLE_UNKNOWN', 'There is no such role.', {
    errors: unknown.map((role) => ({ pointer: `/roles/${roles.indexOf(role)}`, message: 'is no role' })),
  });
