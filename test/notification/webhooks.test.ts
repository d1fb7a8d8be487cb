import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ResolvedAddress } from '../../activities/channels/guarded-post.ts';
import { guardedPost } from '../../activities/channels/guarded-post.ts';
import { createApp } from '../../api/app.ts';
import { listWebhooks } from '../../db/own/notifications-webhooks.ts';
import { hourMs, startNotified } from './notified.ts';

type Notified = Awaited<ReturnType<typeof startNotified>>;
let world: Notified | undefined;
let server: Server | undefined;
afterEach(async () => {
  await world?.stop();
  server?.closeAllConnections();
  server?.close();
  world = undefined;
});

const listen = async (listener: RequestListener): Promise<number> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const start = async (timeoutMs = 2_000) => {
  const started = await startNotified({
    at: '2026-03-02T06:00:00.000Z',
    guard: { allow: ['127.0.0.1'], timeoutMs },
  });
  world = started;
  const app = createApp({
    store: started.store,
    vault: started.vault,
    cases: started.cases,
    now: started.now,
    log: () => undefined,
    messages: {
      publicUrl: 'https://caseloom.example.com',
      webhookAllow: ['127.0.0.1'],
      resolveHost: async (host) =>
        host === 'inside.example' ? ['93.184.216.34', '10.0.0.7'] : ['93.184.216.34'],
    },
  });
  const call = async (
    who: string,
    method: string,
    path: string,
    body?: object,
    key: string = randomUUID(),
  ) => {
    const response = await app.request(path, {
      method,
      headers: {
        authorization: `Bearer ${await started.tokenOf(who)}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { ...started, call };
};

describe('registering', () => {
  test('is for administrators; the secret is shown once, and again only for the same request', async () => {
    const { call, store } = await start();
    const wanted = { url: 'https://hooks.example/caseloom', types: ['case.opened'] };
    expect(await call('manager', 'POST', '/v1/webhooks', wanted)).toMatchObject({ status: 403 });
    expect((await call('manager', 'GET', '/v1/webhooks')).status).toBe(404);
    const key = randomUUID();
    const added = await call('admin', 'POST', '/v1/webhooks', wanted, key);
    expect(added).toMatchObject({ status: 201, body: { ...wanted, status: 'active' } });
    expect(added.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await call('admin', 'POST', '/v1/webhooks', wanted, key)).toEqual(added);
    expect((await call('admin', 'GET', '/v1/webhooks')).body.items).toMatchObject([
      { webhookId: added.body.webhookId, url: wanted.url },
    ]);
    expect(JSON.stringify((await call('admin', 'GET', '/v1/webhooks')).body)).not.toContain('whsec_');
    const bytes = added.body.secret.slice('whsec_'.length);
    for (const table of ['idempotency', 'webhooks', 'records']) {
      expect(JSON.stringify(store.sqlite.prepare(`select * from ${table}`).all())).not.toContain(bytes);
    }
    const rotated = await call('admin', 'POST', `/v1/webhooks/${added.body.webhookId}/rotate`);
    expect(rotated.body.secret).toMatch(/^whsec_/);
    expect(rotated.body.secret).not.toBe(added.body.secret);
    const gone = await call('admin', 'DELETE', `/v1/webhooks/${added.body.webhookId}`);
    expect(gone).toMatchObject({ status: 200, body: { status: 'removed' } });
    expect(await listWebhooks(store, 'default')).toEqual([]);
    const types = store.sqlite.prepare(`select type from records where subject_kind = 'webhook' order by n`);
    expect(types.pluck().all()).toEqual(['webhook.added', 'webhook.changed', 'webhook.removed']);
  });

  test.each([
    ['http://hooks.example/', 'must be https'],
    ['https://10.0.0.7/', 'leads into a private network'],
    ['https://inside.example/', 'leads into a private network'],
    ['not a url', 'is no URL'],
  ])('%s is refused', async (url, message) => {
    const { call } = await start();
    const { status, body } = await call('admin', 'POST', '/v1/webhooks', { url });
    expect([status, body.code, body.errors]).toEqual([422, 'INPUT_INVALID', [{ pointer: '/url', message }]]);
  });
});

describe('an event', () => {
  const register = async (port: number, timeoutMs?: number) => {
    const begun = await start(timeoutMs);
    const url = `http://127.0.0.1:${port}/hook`;
    const { status, body } = await begun.call('admin', 'POST', '/v1/webhooks', { url });
    expect(status).toBe(201);
    const path = `/v1/webhooks/${body.webhookId}/deliveries`;
    const deliveries = async () => (await begun.call('admin', 'GET', path)).body.items;
    return { ...begun, secret: body.secret as string, webhookId: body.webhookId as string, deliveries };
  };

  test('is a signed CloudEvent that names the case and holds nothing of it; each entry once', async () => {
    const seen: { headers: IncomingMessage['headers']; body: string }[] = [];
    const port = await listen(async (request, response) => {
      seen.push({ headers: request.headers, body: await bodyOf(request) });
      response.writeHead(204).end();
    });
    const { openComplaint, settle, secret, deliveries, call, webhookId } = await register(port);
    const { caseId, number } = await openComplaint();
    await settle();
    // Several are on their way at once: a receiver tells their order by `seq`.
    const events = seen.map(({ body }) => JSON.parse(body)).toSorted((a, b) => a.data.seq - b.data.seq);
    expect(events.map(({ data }) => data.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({
      ...{ specversion: '1.0', id: `${caseId}.1`, type: 'caseloom.entry.case.opened', subject: caseId },
      data: { caseId, number, kind: 'complaint', definition: 'complaint', seq: 1, type: 'case.opened' },
    });
    expect(JSON.stringify(seen)).not.toMatch(/Zhang|13800001111|three months/);
    const { headers = {}, body = '' }: Partial<(typeof seen)[0]> = seen[0] ?? {};
    expect(headers['content-type']).toContain('application/cloudevents+json');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const sign = (key: string) =>
      `v1,${createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'))
        .update(signed)
        .digest('base64')}`;
    expect(headers['webhook-signature']).toBe(sign(secret));
    expect(new Set((await deliveries()).map((each: { status: string }) => each.status))).toEqual(
      new Set(['delivered']),
    );
    await settle();
    expect(seen).toHaveLength(events.length);

    // For a day after a rotation both secrets sign.
    await call('admin', 'POST', `/v1/webhooks/${webhookId}/rotate`);
    await openComplaint();
    await settle();
    expect(String(seen.at(-1)?.headers['webhook-signature']).split(' ')).toHaveLength(2);
    world?.advance(25 * hourMs);
    await openComplaint();
    await settle();
    expect(String(seen.at(-1)?.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  test('that meets a hanging or failing server is tried again with back-off, and arrives once that is well', async () => {
    let mood: 'hang' | 'fail' | 'well' = 'hang';
    const taken: string[] = [];
    const port = await listen(async (request, response) => {
      const body = await bodyOf(request);
      if (mood === 'well') {
        taken.push(JSON.parse(body).id);
      }
      if (mood !== 'hang') {
        response.writeHead(mood === 'well' ? 200 : 500).end();
      }
    });
    const { openComplaint, settle, deliveries, advance } = await register(port, 150);
    await openComplaint();
    await settle();
    expect((await deliveries()).at(-1)).toMatchObject({
      ...{ status: 'pending', attempts: 1, lastErrorCode: 'PORT_TIMEOUT' },
      nextAt: '2026-03-02T06:00:05.000Z',
    });
    mood = 'fail';
    advance(5_000);
    await settle();
    expect((await deliveries()).at(-1)).toMatchObject({ attempts: 2, lastErrorCode: 'PORT_UNAVAILABLE' });
    mood = 'well';
    await settle();
    expect(taken).toEqual([]);
    advance(10_000);
    await settle();
    expect((await deliveries()).at(-1)).toMatchObject({ status: 'delivered', lastErrorCode: null });
    advance(48 * hourMs);
    await settle();
    expect(taken.length).toBeGreaterThan(0);
    expect(new Set(taken).size).toBe(taken.length);
  });

  test('is never carried along a redirect into the network, nor to one who is gone', async () => {
    let status = 302;
    const asked: string[] = [];
    const port = await listen((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(status, { location: '/inside' }).end();
    });
    const { openComplaint, settle, deliveries, advance } = await register(port);
    await openComplaint();
    await settle();
    expect((await deliveries()).at(-1)).toMatchObject({
      status: 'failed',
      attempts: 1,
      lastErrorCode: 'PORT_REDIRECTED',
    });
    status = 410;
    await openComplaint();
    await settle();
    expect((await deliveries())[0]).toMatchObject({ status: 'failed', lastErrorCode: 'PORT_REFUSED' });
    advance(hourMs);
    await settle();
    expect(new Set(asked)).toEqual(new Set(['/hook']));
  });
});

describe('a host that resolves', () => {
  const resolving = (addresses: string[]) => async (): Promise<ResolvedAddress[]> =>
    addresses.map((address) => ({ address, family: 4 }));
  const send = (
    port: number,
    resolve: () => Promise<ResolvedAddress[]>,
    allow: string[] = ['rebind.example'],
  ) =>
    guardedPost(
      `http://rebind.example:${port}/`,
      { body: '{}', headers: {} },
      { allow, resolve, timeoutMs: 2_000 },
    );

  test('to a private address at the moment of sending is not reached, though it was public when registered', async () => {
    let asked = 0;
    const port = await listen((_request, response) => {
      asked += 1;
      response.writeHead(200).end();
    });
    // Only its own name allows it: the loopback address of another host is refused.
    expect(await send(port, resolving(['127.0.0.1']))).toBe(200);
    const https = (addresses: string[]) =>
      guardedPost(
        `https://rebind.example:${port}/`,
        { body: '{}', headers: {} },
        { allow: [], resolve: resolving(addresses), timeoutMs: 2_000 },
      );
    await expect(https(['127.0.0.1'])).rejects.toMatchObject({
      code: 'PORT_ADDRESS_REFUSED',
      retryable: false,
    });
    await expect(https(['93.184.216.34', '127.0.0.1'])).rejects.toMatchObject({
      code: 'PORT_ADDRESS_REFUSED',
    });
    await expect(https([])).rejects.toMatchObject({ code: 'PORT_ADDRESS_REFUSED' });
    expect(asked).toBe(1);
  });
});
