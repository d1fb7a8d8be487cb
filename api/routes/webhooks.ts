import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  addWebhook,
  changeWebhook,
  deliveriesOfWebhook,
  listWebhooks,
  type WebhookRow,
  webhookIn,
  webhookSecret,
  webhooksMax,
} from '../../db/own/notifications-webhooks.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { giveAnswer } from '../answer.ts';
import type { AppEnv } from '../env.ts';
import { once } from '../idempotency.ts';
import { isAdmin, requireAdmin, requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { commandHeaders, commandProblems, readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';
import { requirePublicAddress } from '../webhook-address.ts';

const tags = ['Webhooks'];

const Types = z
  .array(z.string().regex(/^[a-z][a-z0-9.-]{0,79}$/))
  .min(1)
  .max(100)
  .describe('Types of entries, such as `deadline.breached`; absent: all');

const Webhook = z
  .object({
    webhookId: z.string(),
    url: z.string(),
    types: z.array(z.string()).nullable(),
    status: z.enum(['active', 'paused', 'removed']),
    createdAt: z.string(),
    createdBy: z.string(),
    secret: z.string().optional().describe('In the answer to its making or rotation only: `whsec_…`'),
  })
  .openapi('Webhook');

const Delivery = z
  .object({
    deliveryId: z.string(),
    logIndex: z.int(),
    status: z.enum(['pending', 'started', 'delivered', 'failed']),
    attempts: z.int(),
    lastErrorCode: z.string().nullable(),
    nextAt: z.string().nullable(),
    deliveredAt: z.string().nullable(),
  })
  .openapi('WebhookDelivery');

const params = z.object({ webhookId: z.string().min(1).max(60) });
const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});
const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});

const list = createRoute({
  method: 'get',
  path: '/v1/webhooks',
  summary: 'The webhooks (administrators)',
  tags,
  responses: { 200: json('All of them', page(Webhook)), ...readProblems },
});

const add = createRoute({
  method: 'post',
  path: '/v1/webhooks',
  summary: 'Register a webhook (administrators); its secret is shown once',
  description:
    'Events follow Standard Webhooks 1.0.0 (signature) and CloudEvents 1.0 (body). They say that an entry was made, ' +
    'never what stands in it. Sending begins with the next entry.',
  tags,
  request: {
    headers: commandHeaders,
    body: body(
      z.strictObject({ url: z.string().min(1).max(2_000), types: Types.optional() }).openapi('NewWebhook'),
    ),
  },
  responses: { 201: json('The webhook with its secret', Webhook), ...commandProblems },
});

const change = createRoute({
  method: 'patch',
  path: '/v1/webhooks/{webhookId}',
  summary: 'Pause a webhook, take it up again, or change what it is told (administrators)',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: body(
      z
        .strictObject({
          status: z.enum(['active', 'paused']).optional(),
          types: Types.nullable().optional(),
        })
        .openapi('WebhookChange'),
    ),
  },
  responses: { 200: json('The webhook', Webhook), ...commandProblems },
});

const rotate = createRoute({
  method: 'post',
  path: '/v1/webhooks/{webhookId}/rotate',
  summary: 'Give a webhook another secret; for a day both sign (administrators)',
  tags,
  request: { params, headers: commandHeaders },
  responses: { 200: json('The webhook with its new secret', Webhook), ...commandProblems },
});

const remove = createRoute({
  method: 'delete',
  path: '/v1/webhooks/{webhookId}',
  summary: 'Remove a webhook (administrators)',
  tags,
  request: { params, headers: commandHeaders },
  responses: { 200: json('The webhook as it was', Webhook), ...commandProblems },
});

const deliveries = createRoute({
  method: 'get',
  path: '/v1/webhooks/{webhookId}/deliveries',
  summary: 'The last 200 events sent to a webhook, and how each went (administrators)',
  tags,
  request: { params },
  responses: { 200: json('Newest first', page(Delivery)), ...readProblems },
});

export const webhookRoutes = (services: Services): Router => {
  const { store, vault } = services;
  const allow = { webhookAllow: [], ...services.messages };
  const router = newRouter();
  const admin = (c: Context<AppEnv>): { tenant: string } => {
    const person = requireStaff(c.get('person'));
    if (!isAdmin(person)) {
      throw new Condition('NOT_FOUND', 'There is nothing at this address.');
    }
    return person;
  };

  const doOnce = async (
    c: Context<AppEnv>,
    status: 200 | 201,
    work: (by: { actorId: string; atMs: number; commandId: string }) => Promise<WebhookRow | undefined>,
    withSecret = false,
  ): Promise<Response> => {
    const person = requireStaff(c.get('person'));
    const { tenant } = person;
    const kept = await once(
      services,
      c,
      c.get('body') ?? null,
      () => ({ kind: 'tenant', id: tenant }),
      async ({ id, claim }) => {
        requireAdmin(person);
        await claim();
        const row = await work({ actorId: person.id, atMs: services.now(), commandId: id });
        if (!row) {
          throw new Condition('NOT_FOUND', 'There is no such webhook.');
        }
        return { status, body: { ...view(row), generation: row.generation } as Json };
      },
    );
    // The secret is derived anew: the answer that is kept for a repeat does not hold it.
    const { generation, ...shown } = kept.body as { generation: number; webhookId: string };
    const secret = webhookSecret(vault, { tenant, webhookId: shown.webhookId, generation });
    return giveAnswer(services, c, { ...kept, body: { ...shown, ...(withSecret ? { secret } : {}) } });
  };

  on(router, list, async (c) => {
    const { tenant } = admin(c);
    return c.json({ items: (await listWebhooks(store, tenant)).map(view), next: null });
  });

  on(router, add, (c) => {
    const { url, types = null } = c.req.valid('json');
    const { tenant } = c.get('person');
    return doOnce(
      c,
      201,
      async (by) => {
        await requirePublicAddress(url, allow);
        const webhookId = `wh-${by.commandId.slice(0, 24)}`;
        const added = await addWebhook(store, { tenant, webhookId, url: new URL(url).href, types }, by);
        if (!added) {
          throw new Condition('INPUT_INVALID', `There may be ${webhooksMax} webhooks. Remove one first.`);
        }
        return added;
      },
      true,
    );
  });

  on(router, change, (c) => {
    const { webhookId } = c.req.valid('param');
    const { status, types } = c.req.valid('json');
    const wanted = { ...(status === undefined ? {} : { status }), ...(types === undefined ? {} : { types }) };
    const { tenant } = c.get('person');
    return doOnce(c, 200, (by) => changeWebhook(store, { tenant, webhookId }, wanted, by));
  });

  on(router, rotate, (c) => {
    const key = { tenant: c.get('person').tenant, webhookId: c.req.valid('param').webhookId };
    return doOnce(c, 200, (by) => changeWebhook(store, key, { rotate: true }, by), true);
  });

  on(router, remove, (c) => {
    const key = { tenant: c.get('person').tenant, webhookId: c.req.valid('param').webhookId };
    return doOnce(c, 200, (by) => changeWebhook(store, key, { status: 'removed' }, by));
  });

  on(router, deliveries, async (c) => {
    const { tenant } = admin(c);
    const { webhookId } = c.req.valid('param');
    if (!(await store.read((db) => webhookIn(db, tenant, webhookId)))) {
      throw new Condition('NOT_FOUND', 'There is no such webhook.');
    }
    const rows = await deliveriesOfWebhook(store, { tenant, webhookId });
    const items = rows.map((row) => ({
      ...{ deliveryId: row.deliveryId, logIndex: row.logIndex, status: row.status, attempts: row.attempts },
      lastErrorCode: row.lastErrorCode,
      nextAt: row.status === 'pending' ? new Date(row.nextAtMs).toISOString() : null,
      deliveredAt: row.deliveredAtMs === null ? null : new Date(row.deliveredAtMs).toISOString(),
    }));
    return c.json({ items, next: null });
  });
  return router;
};

const view = ({ webhookId, url, types, status, createdAtMs, createdBy }: WebhookRow) => ({
  ...{ webhookId, url, types, status, createdBy },
  createdAt: new Date(createdAtMs).toISOString(),
});
