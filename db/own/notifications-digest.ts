import { and, asc, eq, lte, sql } from 'drizzle-orm';
import { type Calendar, localDate } from '../../machines/kernel/calendar.ts';
import { instantAt } from '../../machines/kernel/instant.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';
import type { NoticeContent } from '../../machines/notification/notice-values.ts';
import { endOfLocalDayMs } from '../../machines/notification/quiet-hours.ts';
import type { Db, Store } from '../open.ts';
import { type ChannelName, notifications, tasks } from '../schema/index.ts';
import { templateIn } from './notification-settings.ts';
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
  // The first message it stands for is part of its name: a later digest of the same day is another one.
  const notificationId = insertDigest(db, {
    ...{ tenant, personId, calendar, calendarId: first.calendarId, nowMs },
    ...{
      template: 'digest',
      first: first.notificationId,
      work: workOf(db, tenant, personId, calendar, nowMs),
    },
  });
  set(alive, { status: 'digested', digestId: notificationId });
  sendDigest(db, { tenant, personId, notificationId }, available, nowMs);
};

export interface NewDigest {
  tenant: string;
  personId: string;
  calendar: Calendar | undefined;
  calendarId: string;
  template: 'digest' | 'today';
  first: string;
  work: { dueToday: number; atRisk: number };
  nowMs: number;
}

/** Writes a digest as a message of its own, and returns its id. The same once more changes nothing. */
export const insertDigest = (
  db: Db,
  { tenant, personId, calendar, calendarId, template, first, work, nowMs }: NewDigest,
): string => {
  const on = calendar === undefined ? instantAt(nowMs).slice(0, 10) : localDate(calendar, nowMs);
  const notificationId = `digest-${sha256Hex(JSON.stringify([personId, on, first])).slice(0, 32)}`;
  const templateVersion = templateIn(db, tenant, template)?.version ?? 1;
  db.insert(notifications)
    .values({
      ...{ tenant, notificationId, personId, kind: 'digest', caseId: '', caseNumber: '', definitionId: '' },
      ...{ rule: 'digest', toldAs: 'person', template, templateVersion, fraction: 0 },
      facts: { action: 'open-case', path: '/tasks', ...work },
      ...{ urgent: false, send: true, calendarId, status: 'sent', atMs: nowMs },
      ...{ digestId: null, createdAtMs: nowMs, sentAtMs: nowMs, readAtMs: null },
    })
    .onConflictDoNothing()
    .run();
  return notificationId;
};

/** Has a digest sent by whichever of these channels its reader has chosen. */
export const sendDigest = (
  db: Db,
  { tenant, personId, notificationId }: { tenant: string; personId: string; notificationId: string },
  available: readonly ChannelName[],
  nowMs: number,
): void => {
  const channels = channelsOf(preferencesIn(db, tenant, personId), available);
  queueDeliveriesIn(db, { tenant, notificationId }, channels, nowMs);
};

const dayMs = 86_400_000;
/** A digest looks so far ahead; what is due later may be at risk, and is not its subject. */
export const listedDays = 7;

/**
 * The person's open tasks that are due until the end of the day, and those in cases whose clock is at 75 % or over; that of a
 * seat of a decision counts for the task alone that stands under it.
 */
export const workOf = (
  db: Db,
  tenant: string,
  personId: string,
  calendar: Calendar | undefined,
  nowMs: number,
): { dueToday: number; atRisk: number } => {
  const endMs = calendar === undefined ? nowMs + dayMs : endOfLocalDayMs(calendar, nowMs);
  const row = db.get<{ dueToday: number; atRisk: number }>(sql`
    select count(*) filter (where t.due_at < ${instantAt(endMs)}) as dueToday,
      count(*) filter (where exists (
        select 1 from deadlines d, json_each(d.detail, '$.warnings') w
        where d.tenant = t.tenant and d.case_id = t.case_id and d.stopped_at is null
          and d.status in ('running', 'paused', 'breached')
          and (json_extract(d.detail, '$.seat') is null or d.due_at = t.due_at)
          and json_extract(w.value, '$.fraction') >= 0.75 and json_extract(w.value, '$.done')
      )) as atRisk
    from tasks t
    where t.tenant = ${tenant} and t.assignee = ${personId} and t.status = 'open'`);
  return { dueToday: row?.dueToday ?? 0, atRisk: row?.atRisk ?? 0 };
};

/** Tasks that one digest lists. */
const listedMax = 20;

/**
 * What a digest lists: the messages that it stands for, or the reader's tasks as they are due now, the first due first.
 */
export const digestLinesIn = (db: Db, row: NotificationRow): NoticeContent[] => {
  const { tenant, personId, notificationId, template, createdAtMs } = row;
  if (template !== 'today') {
    return digestedIn(db, tenant, notificationId);
  }
  return db
    .select({ taskId: tasks.taskId, caseNumber: tasks.caseNumber, caseId: tasks.caseId, dueAt: tasks.dueAt })
    .from(tasks)
    .where(
      and(
        eq(tasks.tenant, tenant),
        eq(tasks.assignee, personId),
        eq(tasks.status, 'open'),
        lte(tasks.dueSort, instantAt(createdAtMs + listedDays * dayMs)),
      ),
    )
    .orderBy(asc(tasks.dueSort), asc(tasks.taskId))
    .limit(listedMax)
    .all()
    .filter(({ caseId }) => isInSight(db, { tenant, personId, caseId }))
    .map(({ taskId, caseNumber, dueAt }) => ({
      ...{ notificationId, caseNumber },
      facts: { dueAt, action: 'do-task', path: `/tasks/${encodeURIComponent(taskId)}` },
    }));
};

/** The messages that a digest stands for and its reader may still know of, oldest first; at most 50. */
const digestedIn = (db: Db, tenant: string, digestId: string): NotificationRow[] =>
  db
    .select()
    .from(notifications)
    .where(and(eq(notifications.tenant, tenant), eq(notifications.digestId, digestId)))
    .orderBy(asc(notifications.createdAtMs), asc(notifications.notificationId))
    .limit(50)
    .all()
    .filter((row) => isInSight(db, row));
