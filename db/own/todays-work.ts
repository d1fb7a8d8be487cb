import { sql } from 'drizzle-orm';
import { instantAt } from '../../machines/kernel/instant.ts';
import type { Ladder } from '../../machines/notification/ladder.ts';
import { isDigestTime } from '../../machines/notification/quiet-hours.ts';
import { jurisdictionCalendar } from '../../machines/settings/jurisdiction-calendar.ts';
import type { Db, Store } from '../open.ts';
import { type ChannelName, calendars } from '../schema/index.ts';
import { isAwayIn } from './absences.ts';
import { ladderIn } from './notification-settings.ts';
import { calendarIn, personCalendarIn } from './notifications-calendar.ts';
import { insertDigest, listedDays, type NewDigest, sendDigest, workOf } from './notifications-digest.ts';
import { personIn } from './people.ts';
import { settingIn } from './tenant-settings.ts';

const dayMs = 86_400_000;

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
      sendDigest(db, { ...key, notificationId: insertDigest(db, digest) }, available, nowMs);
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
