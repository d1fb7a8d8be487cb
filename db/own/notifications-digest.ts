import { and, asc, eq, lte, sql } from 'drizzle-orm';
import { type Calendar, localDate } from '../../machines/kernel/calendar.ts';
import { instantAt } from '../../machines/kernel/instant.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';
import type { Ladder } from '../../machines/notification/ladder.ts';
import type { NoticeContent } from '../../machines/notification/notice-values.ts';
import { endOfLocalDayMs, isDigestTime } from '../../machines/notification/quiet-hours.ts';
import { jurisdictionCalendar } from '../../machines/settings/jurisdiction-calendar.ts';
import type { Db, Store } from '../open.ts';
import { type ChannelName, calendars, notifications, tasks } from '../schema/index.ts';
import { isAwayIn } from './absences.ts';
import { ladderIn, templateIn } from './notification-settings.ts';
import type { NotificationRow } from './notifications.ts';
import { calendarIn, personCalendarIn } from './notifications-calendar.ts';
import { queueDeliveriesIn } from './notifications-deliveries.ts';
import { isInSight, isMoot } from './notifications-judge.ts';
import { channelsOf, preferencesIn } from './notifications-preferences.ts';
import { personIn } from './people.ts';
import { settingIn } from './tenant-settings.ts';

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
  send(db, { tenant, personId, notificationId }, available, nowMs);
};

interface NewDigest {
  tenant: string;
  personId: string;
  calendar: Calendar | undefined;
  calendarId: string;
  template: 'digest' | 'today';
  first: string;
  work: { dueToday: number; atRisk: number };
  nowMs: number;
}

const insertDigest = (
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

const send = (
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
const listedDays = 7;

/**
 * Tells those at whose place it is time for the digest of the day, who have had none and whose tasks are due today or at
 * risk, what they are. Tells how many persons it told.
 */
export const tellTodaysWork = async (
  store: Store,
  { ladder, nowMs, available }: { ladder: Ladder; nowMs: number; available: readonly ChannelName[] },
): Promise<number> => {
  const persons = await store.read((db) =>
    db
      .selectDistinct({ tenant: calendars.tenant, id: calendars.id })
      .from(calendars)
      .all()
      .filter(({ tenant, id }) => {
        const calendar = calendarIn(db, tenant, id);
        return calendar && isDigestTime(calendar, ladderIn(db, tenant, ladder, nowMs), nowMs);
      })
      .map(({ tenant }) => tenant)
      .filter((tenant, index, all) => all.indexOf(tenant) === index)
      .flatMap((tenant) => withWork(db, tenant, nowMs)),
  );
  let told = 0;
  for (const key of persons) {
    // Most have nothing to be told, and a read waits for nobody.
    if ((await store.read((db) => todaysDigest(db, key, ladder, nowMs))) === undefined) continue;
    told += await store.write((db) => {
      const digest = todaysDigest(db, key, ladder, nowMs);
      if (digest === undefined) return 0;
      send(db, { ...key, notificationId: insertDigest(db, digest) }, available, nowMs);
      return 1;
    });
  }
  return told;
};

/** What somebody is told of their day at an instant; undefined where it is not the time, or there is nothing to tell. */
const todaysDigest = (
  db: Db,
  { tenant, personId }: { tenant: string; personId: string },
  ladder: Ladder,
  nowMs: number,
): NewDigest | undefined => {
  const calendarId = jurisdictionCalendar(settingIn(db, tenant, 'jurisdiction'));
  const calendar = personCalendarIn(db, tenant, personId, calendarId);
  const person = personIn(db, tenant, personId, nowMs);
  const isTime = calendar !== undefined && isDigestTime(calendar, ladderIn(db, tenant, ladder, nowMs), nowMs);
  if (!isTime || person?.status !== 'active' || isAwayIn(db, tenant, personId, nowMs)) return undefined;
  const work = workOf(db, tenant, personId, calendar, nowMs);
  return work.dueToday + work.atRisk === 0
    ? undefined
    : { tenant, personId, calendar, calendarId, template: 'today', first: '', work, nowMs };
};

/** Who has an open task that is due soon, and has had no digest lately: one seek for each person. */
const withWork = (db: Db, tenant: string, nowMs: number): { tenant: string; personId: string }[] =>
  db
    .all<{ personId: string }>(sql`
      select p.person_id as personId from people p
      where p.tenant = ${tenant} and p.status = 'active' and p.open_tasks > 0
        and exists (select 1 from tasks t where t.tenant = p.tenant and t.assignee = p.person_id
          and t.status = 'open' and t.due_sort <= ${instantAt(nowMs + listedDays * dayMs)})
        and not exists (select 1 from notifications n where n.tenant = p.tenant and n.person_id = p.person_id
          and n.kind = 'digest' and n.created_at_ms > ${nowMs - dayMs / 2})`)
    .map(({ personId }) => ({ tenant, personId }));

/** The person's open tasks that are due until the end of the day, and those in cases whose clock is at 75 % or over. */
const workOf = (
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
