import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Title } from '../../machines/kernel/definition.ts';
import type { ActionKind } from '../../machines/notification/next-action.ts';
import type { Lang } from '../../machines/notification/template.ts';
import type { outbox } from './outbox.ts';

/** What a message is about. Nothing in it is personal but, to its reader's colleagues, the case's number. */
export interface NoticeFacts {
  /** Name and title of the clock. */
  deadline?: string;
  title?: Title;
  dueAt?: string | null;
  percent?: number;
  /** The one next action, and where it is done. */
  action: ActionKind;
  path: string;
  /** What a definition wants told, where it has no template. */
  code?: string;
  /** The task that it asks for: a message about one that is done or somebody else's by now is not sent. */
  taskId?: string;
  /** Of a digest. */
  dueToday?: number;
  atRisk?: number;
}

/** Messages to persons: what they read in the application, and what is sent to them or kept for the digest. */
export const notifications = sqliteTable(
  'notifications',
  {
    tenant: text().notNull(),
    notificationId: text('notification_id').notNull(),
    personId: text('person_id').notNull(),
    kind: text().$type<'notice' | 'digest'>().notNull(),
    /** Empty for a digest. */
    caseId: text('case_id').notNull(),
    caseNumber: text('case_number').notNull(),
    definitionId: text('definition_id').notNull(),
    /** The rung of the ladder, or the message's name in its definition: what reports count by. */
    rule: text().notNull(),
    /** The role or place in the case that it is told to. */
    toldAs: text('told_as').notNull(),
    template: text().notNull(),
    templateVersion: integer('template_version').notNull(),
    facts: text({ mode: 'json' }).$type<NoticeFacts>().notNull(),
    /** How far the clock had come; 0 without one. */
    fraction: real().notNull(),
    urgent: integer({ mode: 'boolean' }).notNull(),
    /** False: shown, never sent. */
    send: integer({ mode: 'boolean' }).notNull(),
    /** Id of the calendar where the person has none of their own. */
    calendarId: text('calendar_id').notNull(),
    /** `waiting` until it is judged at `atMs`; `digest`: kept for the one at `atMs`, and then `digested`. */
    status: text().$type<'waiting' | 'sent' | 'digest' | 'digested' | 'shown'>().notNull(),
    /** Epoch ms. */
    atMs: integer('at_ms').notNull(),
    /** The digest that stands for it. */
    digestId: text('digest_id'),
    createdAtMs: integer('created_at_ms').notNull(),
    sentAtMs: integer('sent_at_ms'),
    readAtMs: integer('read_at_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.notificationId] }),
    index('notifications_due').on(t.status, t.atMs).where(sql`status in ('waiting', 'digest')`),
    index('notifications_person').on(t.tenant, t.personId, t.createdAtMs, t.notificationId),
    index('notifications_sent').on(t.tenant, t.personId, t.caseId, t.sentAtMs),
    index('notifications_created').on(t.tenant, t.createdAtMs),
    index('notifications_digest').on(t.tenant, t.digestId).where(sql`digest_id is not null`),
  ],
);

/** Rungs of the ladder that follow a breach later. */
export const laterRungs = sqliteTable(
  'later_rungs',
  {
    tenant: text().notNull(),
    effectId: text('effect_id').notNull(),
    rule: text().notNull(),
    payload: text({ mode: 'json' }).$type<(typeof outbox.$inferSelect)['payload']>().notNull(),
    caseId: text('case_id').notNull(),
    status: text().$type<'waiting' | 'done'>().notNull(),
    /** Epoch ms. */
    dueAtMs: integer('due_at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.effectId, t.rule] }),
    index('later_rungs_due').on(t.dueAtMs).where(sql`status = 'waiting'`),
  ],
);

export type ChannelName = 'email' | 'sms' | 'wecom' | 'dingtalk';

/** Each message on its way through a channel, or event on its way to another system. The row holds the truth. */
export const channelDeliveries = sqliteTable(
  'channel_deliveries',
  {
    tenant: text().notNull(),
    deliveryId: text('delivery_id').notNull(),
    channel: text().$type<ChannelName | 'webhook'>().notNull(),
    /** Empty for a webhook. */
    notificationId: text('notification_id').notNull(),
    /** Empty but for a webhook. */
    webhookId: text('webhook_id').notNull(),
    /** Place in the log of the entry that a webhook is told; -1 for others. */
    logIndex: integer('log_index').notNull(),
    status: text().$type<'pending' | 'started' | 'delivered' | 'failed'>().notNull(),
    attempts: integer().notNull(),
    /** When it may be tried (again); for a started one, when its sender is given up for lost. Epoch ms. */
    nextAtMs: integer('next_at_ms').notNull(),
    /** A stable code, never what the other side said. */
    lastErrorCode: text('last_error_code'),
    createdAtMs: integer('created_at_ms').notNull(),
    deliveredAtMs: integer('delivered_at_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.deliveryId] }),
    index('channel_deliveries_due').on(t.nextAtMs).where(sql`status in ('pending', 'started')`),
    index('channel_deliveries_notification').on(t.tenant, t.notificationId),
    index('channel_deliveries_webhook').on(t.tenant, t.webhookId, t.logIndex),
  ],
);

/** How a person wants to be told, and where. */
export const contactPreferences = sqliteTable(
  'contact_preferences',
  {
    tenant: text().notNull(),
    personId: text('person_id').notNull(),
    lang: text().$type<Lang>().notNull(),
    channels: text({ mode: 'json' }).$type<ChannelName[]>().notNull(),
    /** Channel → address: e-mail, phone, the id in WeCom or DingTalk. */
    addresses: text({ mode: 'json' }).$type<{ [channel in ChannelName]?: string }>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.personId] })],
);

/** Other systems that are told what happens in cases. Their secrets are derived from the vault's key, not stored. */
export const webhooks = sqliteTable(
  'webhooks',
  {
    tenant: text().notNull(),
    webhookId: text('webhook_id').notNull(),
    url: text().notNull(),
    /** Types of entries; null: all. */
    types: text({ mode: 'json' }).$type<string[]>(),
    status: text().$type<'active' | 'paused' | 'removed'>().notNull(),
    /** Counts the secrets that it has had. */
    generation: integer().notNull(),
    /** Until then the secret before this one signs too. Epoch ms. */
    previousUntilMs: integer('previous_until_ms'),
    /** The last place in the log that was looked at for it. */
    afterIndex: integer('after_index').notNull(),
    createdBy: text('created_by').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.webhookId] })],
);
