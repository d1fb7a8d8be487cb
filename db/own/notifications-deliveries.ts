import { and, asc, eq, getTableColumns, lt, lte, ne, sql } from 'drizzle-orm';
import { retryDelayMs, triesMax } from '../../machines/notification/retry.ts';
import type { Db, Store } from '../open.ts';
import { type ChannelName, channelDeliveries } from '../schema/index.ts';

export type ChannelDelivery = typeof channelDeliveries.$inferSelect;

/** A delivery whose outcome has not been told by then is made again: longer than any one try may take. */
const startedMs = 120_000;

/** Sends a message on its way through channels; once each. */
export const queueDeliveriesIn = (
  db: Db,
  { tenant, notificationId }: { tenant: string; notificationId: string },
  channels: readonly ChannelName[],
  nowMs: number,
): void => {
  for (const channel of channels) {
    insertIn(db, {
      ...{ tenant, deliveryId: `${notificationId}.${channel}`, channel, notificationId },
      ...{ webhookId: '', logIndex: -1, nowMs },
    });
  }
};

/** Sends an entry of the log on its way to a webhook; once. */
export const queueWebhookIn = (
  db: Db,
  { tenant, webhookId, logIndex }: { tenant: string; webhookId: string; logIndex: number },
  nowMs: number,
): void =>
  insertIn(db, {
    ...{ tenant, deliveryId: `${webhookId}.${logIndex}`, channel: 'webhook', notificationId: '' },
    ...{ webhookId, logIndex, nowMs },
  });

const insertIn = (
  db: Db,
  {
    nowMs,
    ...row
  }: Pick<
    ChannelDelivery,
    'tenant' | 'deliveryId' | 'channel' | 'notificationId' | 'webhookId' | 'logIndex'
  > & { nowMs: number },
): void => {
  db.insert(channelDeliveries)
    .values({
      ...row,
      ...{ status: 'pending', attempts: 0, nextAtMs: nowMs, lastErrorCode: null },
      ...{ createdAtMs: nowMs, deliveredAtMs: null },
    })
    .onConflictDoNothing()
    .run();
};

/** Deliveries that are taken at once. */
const atOnceMax = 50;
/** Of one channel or webhook at once: whoever is slow keeps nobody else waiting. */
const ofOneMax = 5;

/**
 * Takes the deliveries that are due, oldest first, and marks them started: two senders never take the same one at
 * once. One whose sender was lost comes back, so that each is made at least once.
 *
 * @param lane those to other systems (`webhook`) and those to people (`person`) are taken apart
 */
export const takeChannelDeliveries = (
  store: Store,
  { nowMs, lane }: { nowMs: number; lane: 'person' | 'webhook' },
): Promise<ChannelDelivery[]> =>
  store.write((db) => {
    const ranked = db
      .select({
        tenant: channelDeliveries.tenant,
        deliveryId: channelDeliveries.deliveryId,
        place: sql<number>`row_number() over (
          partition by ${channelDeliveries.tenant}, ${channelDeliveries.channel}, ${channelDeliveries.webhookId}
          order by ${channelDeliveries.nextAtMs}, ${channelDeliveries.logIndex}, ${channelDeliveries.deliveryId}
        )`.as('place'),
      })
      .from(channelDeliveries)
      .where(
        and(
          sql`${channelDeliveries.status} in ('pending', 'started')`,
          lte(channelDeliveries.nextAtMs, nowMs),
          lane === 'webhook'
            ? eq(channelDeliveries.channel, 'webhook')
            : ne(channelDeliveries.channel, 'webhook'),
        ),
      )
      .as('ranked');
    return db
      .select(getTableColumns(channelDeliveries))
      .from(channelDeliveries)
      .innerJoin(
        ranked,
        and(eq(ranked.tenant, channelDeliveries.tenant), eq(ranked.deliveryId, channelDeliveries.deliveryId)),
      )
      .where(lte(ranked.place, ofOneMax))
      .orderBy(asc(channelDeliveries.nextAtMs), asc(channelDeliveries.deliveryId))
      .limit(atOnceMax)
      .all()
      .map((row) => {
        const started = {
          status: 'started',
          attempts: row.attempts + 1,
          nextAtMs: nowMs + startedMs,
        } as const;
        db.update(channelDeliveries).set(started).where(keyOf(row)).run();
        return { ...row, ...started };
      });
  });

/** Makes due what a sender took before then (epoch milliseconds) and whose outcome it has not told: it is lost. */
export const freeChannelDeliveriesIn = (db: Db, takenBeforeMs: number, nowMs: number): void => {
  db.update(channelDeliveries)
    .set({ nextAtMs: nowMs })
    .where(
      and(eq(channelDeliveries.status, 'started'), lt(channelDeliveries.nextAtMs, takenBeforeMs + startedMs)),
    )
    .run();
};

const keyOf = ({ tenant, deliveryId }: { tenant: string; deliveryId: string }) =>
  and(eq(channelDeliveries.tenant, tenant), eq(channelDeliveries.deliveryId, deliveryId));

/** How a try went: `again` says whether the same may succeed later. */
export type TryOutcome = { delivered: true } | { delivered: false; errorCode: string; again: boolean };

/** Writes down how a try went; one that was delivered stays delivered. */
export const settleChannelDelivery = (
  store: Store,
  delivery: Pick<ChannelDelivery, 'tenant' | 'deliveryId' | 'attempts'>,
  outcome: TryOutcome,
  nowMs: number,
): Promise<void> =>
  store.write((db) => {
    const failed =
      outcome.delivered === false &&
      (outcome.again && delivery.attempts < triesMax
        ? { status: 'pending' as const, nextAtMs: nowMs + retryDelayMs(delivery.attempts) }
        : { status: 'failed' as const });
    db.update(channelDeliveries)
      .set(
        outcome.delivered
          ? { status: 'delivered', lastErrorCode: null, deliveredAtMs: nowMs }
          : { ...failed, lastErrorCode: outcome.errorCode },
      )
      .where(and(keyOf(delivery), sql`${channelDeliveries.status} <> 'delivered'`))
      .run();
  });

/** The ways a message has taken, with how each went. */
export const deliveriesOfNotification = (
  store: Store,
  { tenant, notificationId }: { tenant: string; notificationId: string },
): Promise<ChannelDelivery[]> =>
  store.read((db) =>
    db
      .select()
      .from(channelDeliveries)
      .where(and(eq(channelDeliveries.tenant, tenant), eq(channelDeliveries.notificationId, notificationId)))
      .orderBy(asc(channelDeliveries.channel))
      .all(),
  );
