import { and, count, desc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { inSight, type Sight } from '../read/sight.ts';
import { laterRungs, notifications } from '../schema/index.ts';

export type NotificationRow = typeof notifications.$inferSelect;
export type LaterRung = typeof laterRungs.$inferSelect;

export type NewNotice = Omit<
  NotificationRow,
  'kind' | 'status' | 'digestId' | 'sentAtMs' | 'readAtMs' | 'createdAtMs'
>;

/** Puts messages down, to be judged at their `atMs`; the same one again is no second one. */
export const putNoticesIn = (db: Db, notices: NewNotice[], nowMs: number): void => {
  for (const notice of notices) {
    db.insert(notifications)
      .values({
        ...notice,
        ...{ kind: 'notice', status: 'waiting', createdAtMs: nowMs },
        ...{ digestId: null, sentAtMs: null, readAtMs: null },
      })
      .onConflictDoNothing()
      .run();
  }
};

export const putLaterRungsIn = (db: Db, rungs: Omit<LaterRung, 'status'>[]): void => {
  for (const rung of rungs) {
    db.insert(laterRungs)
      .values({ ...rung, status: 'waiting' })
      .onConflictDoNothing()
      .run();
  }
};

/** The rungs whose time has come, oldest first. */
export const dueRungs = (store: Store, nowMs: number, limit = 100): Promise<LaterRung[]> =>
  store.read((db) =>
    db
      .select()
      .from(laterRungs)
      .where(and(eq(laterRungs.status, 'waiting'), sql`${laterRungs.dueAtMs} <= ${nowMs}`))
      .orderBy(laterRungs.dueAtMs)
      .limit(limit)
      .all(),
  );

export const settleRungIn = (db: Db, { tenant, effectId, rule }: LaterRung): void => {
  db.update(laterRungs)
    .set({ status: 'done' })
    .where(and(eq(laterRungs.tenant, tenant), eq(laterRungs.effectId, effectId), eq(laterRungs.rule, rule)))
    .run();
};

export interface NotificationQuery {
  tenant: string;
  /** The cases that the person may see. */
  sight?: Sight;
  personId: string;
  unread?: boolean | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** A person's own messages, newest first. @throws CursorInvalid */
export const listNotifications = async (
  store: Store,
  { tenant, sight, personId, unread, limit, cursor }: NotificationQuery,
): Promise<Page<NotificationRow>> => {
  const size = pageSize(limit);
  const [beforeMs, beforeId] = cursor === undefined ? [] : decodeCursor('notifications', cursor, [0, '']);
  const rows = await store.read((db) =>
    db
      .select()
      .from(notifications)
      .where(
        and(
          eq(notifications.tenant, tenant),
          eq(notifications.personId, personId),
          inSight(sight, notifications),
          unread === true ? isNull(notifications.readAtMs) : undefined,
          beforeMs === undefined || beforeId === undefined
            ? undefined
            : or(
                lt(notifications.createdAtMs, Number(beforeMs)),
                and(
                  eq(notifications.createdAtMs, Number(beforeMs)),
                  lt(notifications.notificationId, String(beforeId)),
                ),
              ),
        ),
      )
      .orderBy(desc(notifications.createdAtMs), desc(notifications.notificationId))
      .limit(size + 1)
      .all(),
  );
  return pageOf(rows, size, (last) => encodeCursor('notifications', [last.createdAtMs, last.notificationId]));
};

const ownOne = ({ tenant, personId, id }: { tenant: string; personId: string; id: string }) =>
  and(
    eq(notifications.tenant, tenant),
    eq(notifications.notificationId, id),
    eq(notifications.personId, personId),
  );

/** A message, whoever it is for. */
export const notificationIn = (db: Db, tenant: string, id: string): NotificationRow | undefined =>
  db
    .select()
    .from(notifications)
    .where(and(eq(notifications.tenant, tenant), eq(notifications.notificationId, id)))
    .get();

/** A message of this person's; somebody else's is not there. */
export const notificationOf = (
  store: Store,
  key: { tenant: string; personId: string; id: string },
): Promise<NotificationRow | undefined> =>
  store.read((db) => db.select().from(notifications).where(ownOne(key)).get());

/** Says that the person has read it, a digest with all it stands for; the first time counts. */
export const markRead = (
  store: Store,
  key: { tenant: string; personId: string; id: string },
  nowMs: number,
): Promise<void> =>
  store.write((db) => {
    const unread = isNull(notifications.readAtMs);
    db.update(notifications)
      .set({ readAtMs: nowMs })
      .where(and(ownOne(key), unread))
      .run();
    db.update(notifications)
      .set({ readAtMs: nowMs })
      .where(
        and(
          eq(notifications.tenant, key.tenant),
          eq(notifications.digestId, key.id),
          eq(notifications.personId, key.personId),
          unread,
        ),
      )
      .run();
  });

/** How many a person has not read. */
export const countUnread = (store: Store, tenant: string, personId: string, sight?: Sight): Promise<number> =>
  store.read(
    (db) =>
      db
        .select({ n: count() })
        .from(notifications)
        .where(
          and(
            eq(notifications.tenant, tenant),
            eq(notifications.personId, personId),
            inSight(sight, notifications),
            isNull(notifications.readAtMs),
          ),
        )
        .get()?.n ?? 0,
  );
