import { createRoute, z } from '@hono/zod-openapi';
import { templateIn } from '../../db/own/notification-settings.ts';
import {
  countUnread,
  listNotifications,
  markRead,
  type NotificationRow,
  notificationOf,
} from '../../db/own/notifications.ts';
import { personCalendarIn } from '../../db/own/notifications-calendar.ts';
import { deliveriesOfNotification } from '../../db/own/notifications-deliveries.ts';
import { digestLinesIn } from '../../db/own/notifications-digest.ts';
import { preferencesIn, putPreferences } from '../../db/own/notifications-preferences.ts';
import { getPerson, type Person } from '../../db/own/people.ts';
import { settingIn } from '../../db/own/tenant-settings.ts';
import { hidingFacets, isHidden } from '../../db/read/out-of-sight.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { noticeValues } from '../../machines/notification/notice-values.ts';
import { render } from '../../machines/notification/template.ts';
import { changePeople } from '../change-people.ts';
import { maySpeakFor, requireSpeaksFor, requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { commandHeaders, commandProblems, pageQuery, readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';

const tags = ['Notifications'];
const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});

const Notification = z
  .object({
    notificationId: z.string(),
    kind: z.enum(['notice', 'digest']),
    caseId: z.string().nullable(),
    caseNumber: z.string().nullable(),
    rule: z.string(),
    subject: z.string(),
    body: z.string(),
    action: z.object({ kind: z.string(), path: z.string() }).describe('The one next action'),
    status: z.enum(['waiting', 'sent', 'digest', 'digested', 'shown']),
    createdAt: z.string(),
    sentAt: z.string().nullable(),
    readAt: z.string().nullable(),
    deliveries: z.array(
      z.object({
        channel: z.string(),
        status: z.string(),
        attempts: z.int(),
        lastErrorCode: z.string().nullable(),
      }),
    ),
  })
  .openapi('Notification');

const channel = z.enum(['email', 'sms', 'wecom', 'dingtalk']);
const Address = z.string().trim().min(1).max(200);
const Preferences = z
  .strictObject({
    lang: z.enum(['zh', 'en']),
    channels: z.array(channel).max(4).describe('Beside the application; the address must be there'),
    addresses: z.strictObject({
      email: Address.regex(/^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/, 'must be one e-mail address').optional(),
      sms: Address.regex(/^\+?[0-9][0-9 -]{4,24}$/, 'must be a phone number').optional(),
      wecom: Address.optional(),
      dingtalk: Address.optional(),
    }),
  })
  .openapi('ContactPreferences');

const list = createRoute({
  method: 'get',
  path: '/v1/notifications',
  summary: 'Your messages, newest first, in your language',
  tags,
  request: { query: z.strictObject({ ...pageQuery, unread: z.enum(['true', 'false']).optional() }) },
  responses: { 200: json('A page', page(Notification)), ...readProblems },
});

const counts = createRoute({
  method: 'get',
  path: '/v1/notifications/counts',
  summary: 'How many you have not read',
  tags,
  responses: { 200: json('The count', z.object({ unread: z.int() })), ...readProblems },
});

const read = createRoute({
  method: 'post',
  path: '/v1/notifications/{notificationId}/read',
  summary: 'Say that you have read one; a digest with all it stands for',
  tags,
  request: { params: z.object({ notificationId: z.string().min(1).max(120) }), headers: commandHeaders },
  responses: { 200: json('The message', Notification), ...commandProblems },
});

const preferences = createRoute({
  method: 'get',
  path: '/v1/notifications/preferences/{personId}',
  summary: 'How somebody is told (themselves, whoever leads them, administrators)',
  tags,
  request: { params: z.object({ personId: z.string().min(1).max(200) }) },
  responses: { 200: json('They', Preferences), ...readProblems },
});

const prefer = createRoute({
  method: 'put',
  path: '/v1/notifications/preferences/{personId}',
  summary: 'Say how somebody is told (as above)',
  tags,
  request: {
    params: z.object({ personId: z.string().min(1).max(200) }),
    headers: commandHeaders,
    body: { required: true, content: { 'application/json': { schema: Preferences } } },
  },
  responses: { 200: json('They', Preferences), ...commandProblems },
});

export const notificationRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();

  on(router, list, async (c) => {
    const person = requireStaff(c.get('person'));
    const { unread, ...query } = c.req.valid('query');
    const { items, next } = await listNotifications(store, {
      ...{ tenant: person.tenant, personId: person.id, ...query },
      unread: unread === 'true',
      sight: { hiding: await hidingFacets(store, person) },
    });
    return c.json({ items: await Promise.all(items.map((row) => view(services, row))), next });
  });

  on(router, counts, async (c) => {
    const person = requireStaff(c.get('person'));
    const hiding = await hidingFacets(store, person);
    return c.json({ unread: await countUnread(store, person.tenant, person.id, { hiding }) });
  });

  on(router, read, async (c) => {
    const person = requireStaff(c.get('person'));
    const { tenant, id: personId } = person;
    const key = { tenant, personId, id: c.req.valid('param').notificationId };
    const found = await notificationOf(store, key);
    if (!found || (await isHidden(store, person, found.caseId))) {
      throw new Condition('NOT_FOUND', 'There is no such message to you.');
    }
    return changePeople(services, c, {
      subject: { kind: 'person', id: personId },
      status: 200,
      authorize: () => undefined,
      work: async ({ atMs }) => {
        await markRead(store, key, atMs);
        const row = await notificationOf(store, key);
        return row ? { saved: row } : { refused: 'missing' };
      },
      answer: (row) => view(services, row),
    });
  });

  on(router, preferences, async (c) => {
    const person = requireStaff(c.get('person'));
    const { personId } = c.req.valid('param');
    await requireKnown(services, person, personId);
    if (!(await maySpeakFor(store, person, personId, now()))) {
      throw new Condition('NOT_FOUND', 'There is no such person.');
    }
    return c.json(await store.read((db) => preferencesIn(db, person.tenant, personId)));
  });

  on(router, prefer, async (c) => {
    const person = requireStaff(c.get('person'));
    const { personId } = c.req.valid('param');
    const { lang, channels, addresses } = c.req.valid('json');
    await requireKnown(services, person, personId);
    const missing = channels.findIndex((each) => addresses[each] === undefined);
    if (missing >= 0) {
      throw new Condition('INPUT_INVALID', 'A channel has no address.', {
        errors: [{ pointer: `/channels/${missing}`, message: 'has no address' }],
      });
    }
    const wanted = {
      ...{ lang, channels: [...new Set(channels)] },
      addresses: Object.fromEntries(Object.entries(addresses).filter(([, each]) => each !== undefined)),
    };
    return changePeople(services, c, {
      subject: { kind: 'person', id: personId },
      status: 200,
      authorize: ({ atMs }) => requireSpeaksFor(store, person, personId, atMs),
      work: async (by) => {
        await putPreferences(store, person.tenant, personId, wanted, by);
        return { saved: wanted };
      },
      answer: (saved) => saved as unknown as Json,
    });
  });
  return router;
};

const requireKnown = async (
  { store, now }: Services,
  { tenant }: Person,
  personId: string,
): Promise<void> => {
  if (!(await getPerson(store, tenant, personId, now()))) {
    throw new Condition('NOT_FOUND', 'There is no such person.');
  }
};

const view = async ({ store, messages }: Services, row: NotificationRow) => {
  const { tenant, notificationId, personId } = row;
  const { held, lang, calendar, company, template } = await store.read((db) => ({
    held: row.kind === 'digest' ? digestLinesIn(db, row) : [],
    lang: preferencesIn(db, tenant, personId).lang,
    calendar: personCalendarIn(db, tenant, personId, row.calendarId),
    company: settingIn(db, tenant, 'company')?.name,
    template: templateIn(db, tenant, row.template),
  }));
  const publicUrl = messages?.publicUrl ?? '';
  const values = noticeValues(row, held, { lang, calendar, company, publicUrl });
  const text = template ? render(template, lang, values) : { subject: row.rule, body: row.rule };
  const deliveries = await deliveriesOfNotification(store, { tenant, notificationId });
  const at = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    ...{ notificationId, kind: row.kind, rule: row.rule, status: row.status },
    caseId: row.caseId === '' ? null : row.caseId,
    caseNumber: row.caseNumber === '' ? null : row.caseNumber,
    ...{ subject: text.subject, body: text.body },
    action: { kind: row.facts.action, path: row.facts.path },
    ...{ createdAt: at(row.createdAtMs), sentAt: at(row.sentAtMs), readAt: at(row.readAtMs) },
    deliveries: deliveries.map(({ channel: name, status, attempts, lastErrorCode }) => ({
      ...{ channel: name, status, attempts, lastErrorCode },
    })),
  };
};
