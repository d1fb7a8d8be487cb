import { and, asc, count, eq, ne, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { channelDeliveries, entries, logLeaves, webhooks } from '../schema/index.ts';
import { deriveKey } from '../vault/cipher.ts';
import type { Vault } from '../vault/open-vault.ts';
import { appendRecordIn } from './append-record.ts';
import { type ChannelDelivery, queueWebhookIn } from './notifications-deliveries.ts';
import type { ChangedBy } from './people-history.ts';

export type WebhookRow = typeof webhooks.$inferSelect;

/** Webhooks that a tenant may have at once. */
export const webhooksMax = 50;
/** Events of one webhook that may wait; those after them stay in the log until there is room. */
const waitingMax = 5_000;
/** Places of the log that one transaction looks at. */
const placesMax = 500;
/** How long the secret before the present one signs too. */
export const rotationMs = 86_400_000;

const keyOf = (tenant: string, webhookId: string) =>
  and(eq(webhooks.tenant, tenant), eq(webhooks.webhookId, webhookId));

/** All of a tenant's that were not removed. */
export const listWebhooks = (store: Store, tenant: string): Promise<WebhookRow[]> =>
  store.read((db) =>
    db
      .select()
      .from(webhooks)
      .where(and(eq(webhooks.tenant, tenant), ne(webhooks.status, 'removed')))
      .orderBy(asc(webhooks.webhookId))
      .all(),
  );

export const webhookIn = (db: Db, tenant: string, webhookId: string): WebhookRow | undefined =>
  db
    .select()
    .from(webhooks)
    .where(and(keyOf(tenant, webhookId), ne(webhooks.status, 'removed')))
    .get();

/** Registers a webhook from the log's present end on; undefined where the tenant has as many as it may. */
export const addWebhook = (
  store: Store,
  { tenant, webhookId, url, types }: Pick<WebhookRow, 'tenant' | 'webhookId' | 'url' | 'types'>,
  by: ChangedBy,
): Promise<WebhookRow | undefined> =>
  store.write((db) => {
    const there = webhookIn(db, tenant, webhookId);
    if (there) {
      return there;
    }
    const present = db
      .select({ n: count() })
      .from(webhooks)
      .where(and(eq(webhooks.tenant, tenant), ne(webhooks.status, 'removed')))
      .get();
    if ((present?.n ?? 0) >= webhooksMax) {
      return undefined;
    }
    const row: WebhookRow = {
      ...{ tenant, webhookId, url, types, status: 'active', generation: 1, previousUntilMs: null },
      ...{ afterIndex: lastIndexIn(db, tenant), createdBy: by.actorId, createdAtMs: by.atMs },
    };
    db.insert(webhooks).values(row).run();
    recordWebhook(db, 'webhook.added', row, by);
    return row;
  });

/** Changes a webhook; `rotate` gives it another secret, and the one before goes on for a day. */
export const changeWebhook = (
  store: Store,
  key: { tenant: string; webhookId: string },
  change: { status?: WebhookRow['status']; types?: string[] | null; rotate?: true },
  by: ChangedBy,
): Promise<WebhookRow | undefined> =>
  store.write((db) => {
    const there = webhookIn(db, key.tenant, key.webhookId);
    if (!there) {
      return undefined;
    }
    const { rotate, ...rest } = change;
    const row: WebhookRow = {
      ...there,
      ...rest,
      ...(rotate ? { generation: there.generation + 1, previousUntilMs: by.atMs + rotationMs } : {}),
    };
    db.update(webhooks).set(row).where(keyOf(key.tenant, key.webhookId)).run();
    const type = row.status === 'removed' ? 'webhook.removed' : 'webhook.changed';
    recordWebhook(db, type, row, by);
    return row;
  });

// The address may carry a token in its path or query: the log gets the host only.
const recordWebhook = (
  db: Db,
  type: string,
  { tenant, webhookId, url, types, status, generation }: WebhookRow,
  by: ChangedBy,
): void => {
  appendRecordIn(db, tenant, {
    at: new Date(by.atMs).toISOString(),
    actorId: by.actorId,
    type,
    subject: { kind: 'webhook', id: webhookId },
    ...(by.commandId === undefined ? {} : { commandId: by.commandId }),
    detail: { host: new URL(url).host, types, status, generation },
  });
};

const lastIndexIn = (db: Db, tenant: string): number =>
  db
    .select({ index: sql<number | null>`max(${logLeaves.index})` })
    .from(logLeaves)
    .where(eq(logLeaves.tenant, tenant))
    .get()?.index ?? -1;

/**
 * Sends what is new in the log on its way to the webhooks that ask for it, in one transaction with how far each has come.
 * Entries that are not for everybody are left out. Tells how many places it looked at.
 */
export const queueNewEvents = (store: Store, nowMs: number): Promise<number> =>
  store.write((db) => {
    const active = db.select().from(webhooks).where(eq(webhooks.status, 'active')).all();
    return active.reduce((sum, webhook) => sum + queueFor(db, webhook, nowMs), 0);
  });

const queueFor = (db: Db, { tenant, webhookId, types, afterIndex }: WebhookRow, nowMs: number): number => {
  const waiting = db
    .select({ n: count() })
    .from(channelDeliveries)
    .where(
      and(
        eq(channelDeliveries.tenant, tenant),
        eq(channelDeliveries.webhookId, webhookId),
        sql`${channelDeliveries.status} in ('pending', 'started')`,
      ),
    )
    .get();
  if ((waiting?.n ?? 0) >= waitingMax) {
    return 0;
  }
  const places = db
    .select({ index: logLeaves.index, type: entries.type, restrictedTo: entries.restrictedTo })
    .from(logLeaves)
    .leftJoin(
      entries,
      and(
        eq(logLeaves.kind, 'entry'),
        eq(entries.tenant, logLeaves.tenant),
        eq(entries.caseId, logLeaves.caseId),
        eq(entries.seq, logLeaves.number),
      ),
    )
    .where(and(eq(logLeaves.tenant, tenant), sql`${logLeaves.index} > ${afterIndex}`))
    .orderBy(asc(logLeaves.index))
    .limit(placesMax)
    .all();
  const last = places.at(-1);
  if (!last) {
    return 0;
  }
  for (const { index, type, restrictedTo } of places) {
    if (type !== null && restrictedTo === null && (types === null || types.includes(type))) {
      queueWebhookIn(db, { tenant, webhookId, logIndex: index }, nowMs);
    }
  }
  db.update(webhooks).set({ afterIndex: last.index }).where(keyOf(tenant, webhookId)).run();
  return places.length;
};

/** Events sent to a webhook, newest first, with how each went; at most 200. */
export const deliveriesOfWebhook = (
  store: Store,
  { tenant, webhookId }: { tenant: string; webhookId: string },
): Promise<ChannelDelivery[]> =>
  store.read((db) =>
    db
      .select()
      .from(channelDeliveries)
      .where(and(eq(channelDeliveries.tenant, tenant), eq(channelDeliveries.webhookId, webhookId)))
      .orderBy(sql`${channelDeliveries.logIndex} desc`)
      .limit(200)
      .all(),
  );

/** A webhook's secret as its owner gets it: `whsec_` and 32 bytes in base64. It is derived, and stored nowhere. */
export const webhookSecret = (
  vault: Vault,
  { tenant, webhookId, generation }: Pick<WebhookRow, 'tenant' | 'webhookId' | 'generation'>,
): string =>
  `whsec_${deriveKey(vault.masterKey, ['webhook', tenant, webhookId, generation]).toString('base64')}`;
