import { and, asc, eq, lte, sql } from 'drizzle-orm';
import { localDate } from '../../machines/kernel/calendar.ts';
import { instantAt } from '../../machines/kernel/instant.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';
import { endOfLocalDayMs } from '../../machines/notification/quiet-hours.ts';
import type { Db, Store } from '../open.ts';
import { type ChannelName, notifications } from '../schema/index.ts';
import type { NotificationRow } from './notifications.ts';
import { personCalendarIn } from './notifications-calendar.ts';
import { queueDeliveriesIn } from './notifications-deliveries.ts';
import { isInSight, isMoot } from './notifications-judge.ts';
import { channelsOf, preferencesIn } from './notifications-preferences.ts';

/** Persons whose digests one transaction makes. */
const personsMax = 50;

/**
 * Makes the digests that are due: one message per person that stands for all that was kept for it. What is over by then
 * is only shown; where nothing is left, there is no digest. Tells how many persons it looked at.
 */
export const makeDueDigests = (
  store: Store,
  { nowMs, available }: { nowMs: number; available: readonly ChannelName[] },
): Promise<number> =>
  store.write((db) => {
    const persons = db
      .selectDistinct({ tenant: notifications.tenant, personId: notifications.personId })
      .from(notifications)
      .where(and(eq(notifications.status, 'digest'), lte(notifications.atMs, nowMs)))
      .limit(personsMax)
      .all();
    for (const person of persons) {
      makeDigest(db, person, nowMs, available);
    }
    return persons.length;
  });

const makeDigest = (
  db: Db,
  { tenant, personId }: { tenant: string; personId: string },
  nowMs: number,
  available: readonly ChannelName[],
): void => {
  const held = db
    .select()
    .from(notifications)
    .where(
      and(
        eq(notifications.tenant, tenant),
        eq(notifications.personId, personId),
        eq(notifications.status, 'digest'),
        lte(notifications.atMs, nowMs),
      ),
    )
    .orderBy(asc(notifications.createdAtMs), asc(notifications.notificationId))
    .all();
  const isOver = (each: NotificationRow): boolean => isMoot(db, each) || !isInSight(db, each);
  const [over, alive] = [held.filter(isOver), held.filter((each) => !isOver(each))];
  const set = (rows: NotificationRow[], change: Partial<NotificationRow>): void => {
    for (const { notificationId } of rows) {
      db.update(notifications)
        .set(change)
        .where(and(eq(notifications.tenant, tenant), eq(notifications.notificationId, notificationId)))
        .run();
    }
  };
  set(over, { status: 'shown' });
  const [first] = alive;
  if (!first) {
    return;
  }
  const calendar = personCalendarIn(db, tenant, personId, first.calendarId);
  const on = calendar === undefined ? instantAt(nowMs).slice(0, 10) : localDate(calendar, nowMs);
  const endMs = calendar === undefined ? nowMs + 86_400_000 : endOfLocalDayMs(calendar, nowMs);
  // The first message it stands for is part of its name: a later digest of the same day is another one.
  const name = JSON.stringify([personId, on, first.notificationId]);
  const notificationId = `digest-${sha256Hex(name).slice(0, 32)}`;
  const facts = { action: 'open-case', path: '/tasks', ...workOf(db, { tenant, personId, endMs }) } as const;
  db.insert(notifications)
    .values({
      ...{ tenant, notificationId, personId, kind: 'digest', caseId: '', caseNumber: '', definitionId: '' },
      ...{ rule: 'digest', toldAs: 'person', template: 'digest', templateVersion: 1, facts, fraction: 0 },
      ...{ urgent: false, send: true, calendarId: first.calendarId, status: 'sent', atMs: nowMs },
      ...{ digestId: null, createdAtMs: nowMs, sentAtMs: nowMs, readAtMs: null },
    })
    .onConflictDoNothing()
    .run();
  set(alive, { status: 'digested', digestId: notificationId });
  const channels = channelsOf(preferencesIn(db, tenant, personId), available);
  queueDeliveriesIn(db, { tenant, notificationId }, channels, nowMs);
};

/** The person's open tasks that are due until the end of the day, and those in cases whose clock is at 75 % or over. */
const workOf = (
  db: Db,
  { tenant, personId, endMs }: { tenant: string; personId: string; endMs: number },
): { dueToday: number; atRisk: number } => {
  const row = db.get<{ dueToday: number; atRisk: number }>(sql`
    select count(*) filter (where t.due_at < ${instantAt(endMs)}) as dueToday,
      count(*) filter (where exists (
        select 1 from deadlines d, json_each(d.detail, '$.warnings') w
        where d.tenant = t.tenant and d.case_id = t.case_id and d.stopped_at is null
          and d.status in ('running', 'paused', 'breached')
          and json_extract(w.value, '$.fraction') >= 0.75 and json_extract(w.value, '$.done')
      )) as atRisk
    from tasks t
    where t.tenant = ${tenant} and t.assignee = ${personId} and t.status = 'open'`);
  return { dueToday: row?.dueToday ?? 0, atRisk: row?.atRisk ?? 0 };
};

/** The messages that a digest stands for and its reader may still know of, oldest first; at most 50. */
export const digestedIn = (db: Db, tenant: string, digestId: string): NotificationRow[] =>
  db
    .select()
    .from(notifications)
    .where(and(eq(notifications.tenant, tenant), eq(notifications.digestId, digestId)))
    .orderBy(asc(notifications.createdAtMs), asc(notifications.notificationId))
    .limit(50)
    .all()
    .filter((row) => isInSight(db, row));
