import { afterEach, expect, test } from 'vitest';
import type { ChannelMessage } from '../../activities/channels/channel.ts';
import { PortFailure } from '../../activities/ports/port-failure.ts';
import { shippedTemplates } from '../../machines/library/notification/index.ts';
import { startNotified } from './notified.ts';

let world: Awaited<ReturnType<typeof startNotified>>;
afterEach(() => world?.stop());

const base = '/v1/notifications';
const warned = async (email: (message: ChannelMessage) => Promise<void> = async () => undefined) => {
  world = await startNotified({ at: '2026-03-02T06:00:00.000Z', channels: { email } });
  const preferences = { lang: 'en', channels: ['email'], addresses: { email: 'cm@insurer.example' } };
  const put = await world.call(
    'complaints-manager',
    'PUT',
    `${base}/preferences/complaints-manager`,
    preferences,
  );
  expect(put).toMatchObject({ status: 200, body: preferences });
  const opened = await world.openComplaint();
  world.setTime('2026-03-03T01:00:00.000Z');
  const event = { type: 'contact', data: { how: 'phone' } };
  expect((await world.call('handler', 'POST', `/v1/cases/${opened.caseId}/events`, event)).status).toBe(200);
  await world.settle();
  return opened;
};

test('a person reads their own messages, with how each way to them went, and nobody else’s', async () => {
  const { caseId, number } = await warned(async () => {
    throw new PortFailure({ port: 'channel', operation: 'email' }, 'PORT_REFUSED', 'no');
  });
  const { status, body } = await world.call('complaints-manager', 'GET', base);
  expect(status).toBe(200);
  expect(body.items).toMatchObject([
    {
      ...{ kind: 'notice', caseId, caseNumber: number, rule: 'three-quarters', status: 'sent', readAt: null },
      subject: `Case ${number}: 75 % of Acknowledgement is used`,
      action: { kind: 'open-case', path: `/cases/${caseId}` },
      deliveries: [{ channel: 'email', status: 'failed', attempts: 1, lastErrorCode: 'PORT_REFUSED' }],
    },
  ]);
  expect(JSON.stringify(body)).not.toMatch(/Zhang|13800001111|three months/);
  const { notificationId } = body.items[0];
  expect((await world.call('manager', 'GET', base)).body.items).toEqual([]);
  expect((await world.call('manager', 'POST', `${base}/${notificationId}/read`)).status).toBe(404);
  expect((await world.call('complaints-manager', 'GET', `${base}/counts`)).body).toEqual({ unread: 1 });
  const read = await world.call('complaints-manager', 'POST', `${base}/${notificationId}/read`);
  expect(read.body.readAt).toBe('2026-03-03T01:00:00.000Z');
  world.advance(60_000);
  const again = await world.call('complaints-manager', 'POST', `${base}/${notificationId}/read`);
  expect(again.body.readAt).toBe('2026-03-03T01:00:00.000Z');
  expect((await world.call('complaints-manager', 'GET', `${base}?unread=true`)).body.items).toEqual([]);
});

test('the report counts by rule what was sent, opened and acted on; it is for who leads', async () => {
  const { caseId } = await warned();
  const report = async () => (await world.call('manager', 'GET', '/v1/reports/notifications')).body;
  world.advance(1_000);
  const before = await report();
  const told = (await world.notices()).length;
  expect(told).toBeGreaterThan(0);
  expect(before.items).toEqual([
    {
      ...{ rule: 'three-quarters', definition: null, told, sent: told, digested: 0, shown: 0, waiting: 0 },
      ...{ opened: 0, actedOn: 0 },
    },
  ]);
  const [notice] = await world.notices('complaints-manager');
  await world.call('complaints-manager', 'POST', `${base}/${notice?.notificationId}/read`);
  const act = await world.call('complaints-manager', 'POST', `/v1/cases/${caseId}/events`, {
    type: 'mediation.open',
    data: { body: 'The city’s mediation centre' },
  });
  expect(act.status).toBe(200);
  expect((await report()).items).toMatchObject([{ opened: 1, actedOn: 1 }]);
  const byDefinition = await world.call('manager', 'GET', '/v1/reports/notifications?groupBy=definition');
  expect(byDefinition.body.items).toMatchObject([{ definition: 'complaint' }]);
  const early = await world.call('manager', 'GET', '/v1/reports/notifications?to=2026-03-01T00:00:00Z');
  expect(early.body.items).toEqual([]);
  expect((await world.call('handler', 'GET', '/v1/reports/notifications')).status).toBe(404);
});

test('how somebody is told is said by them, whoever leads them, or an administrator; the log holds no address', async () => {
  world = await startNotified({ at: '2026-03-02T06:00:00.000Z' });
  const path = `${base}/preferences/handler`;
  const wanted = { lang: 'zh', channels: ['sms'], addresses: { sms: '+86 13900002222' } };
  expect((await world.call('handler-2', 'PUT', path, wanted)).status).toBe(403);
  expect((await world.call('handler-2', 'GET', path)).status).toBe(404);
  expect((await world.call('complaints-manager', 'PUT', path, wanted)).body).toEqual(wanted);
  expect((await world.call('handler', 'GET', path)).body).toEqual(wanted);
  const leaf = world.store.sqlite.prepare(`select leaf from records where type = 'person.contact-changed'`);
  expect(leaf.pluck().all()).toHaveLength(1);
  expect(JSON.stringify(leaf.pluck().all())).not.toContain('13900002222');
  const put = (body: object) => world.call('handler', 'PUT', path, body);
  expect((await put({ ...wanted, addresses: {} })).body.errors).toEqual([
    { pointer: '/channels/0', message: 'has no address' },
  ]);
  for (const email of ['a@b.example, c@d.example', 'x <a@b.example>', 'a@b.example\nBcc: c', 'nobody']) {
    expect((await put({ ...wanted, addresses: { email } })).status).toBe(422);
  }
  expect((await world.call('admin', 'PUT', `${base}/preferences/nobody`, wanted)).status).toBe(404);
});

test('templates are listed and previewed; a template of one’s own may use no other field', async () => {
  world = await startNotified({ at: '2026-03-02T06:00:00.000Z' });
  const { items, fields } = (await world.call('designer', 'GET', `${base}/templates`)).body;
  expect(items).toHaveLength(shippedTemplates.length);
  expect(Object.keys(fields)).toContain('caseNumber');
  const zh = await world.call('designer', 'GET', `${base}/templates/law-breached/preview`);
  expect(zh.body.subject).toBe('法定时限已超：案件 CL-2026-000123 的 核定');
  const en = await world.call('designer', 'GET', `${base}/templates/law-breached/preview?lang=en`);
  expect(en.body.subject).toBe('Legal time limit missed: Assessment of case CL-2026-000123');
  expect((await world.call('designer', 'GET', `${base}/templates/none/preview`)).status).toBe(404);
  const own = { ...items[0], fields: [...items[0].fields, 'complainantName'] };
  const tried = await world.call('designer', 'POST', `${base}/templates/preview`, { template: own });
  expect([tried.status, tried.body.errors[0].message]).toEqual([422, 'is no field that a message may use']);
  const good = await world.call('designer', 'POST', `${base}/templates/preview`, {
    template: items[0],
    lang: 'en',
  });
  expect(good.status).toBe(200);
});
