import { and, desc, eq } from 'drizzle-orm';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import type { Db } from '../open.ts';
import { calendars, people } from '../schema/index.ts';

/** The calendar published last under an id. */
export const calendarIn = (db: Db, tenant: string, id: string): Calendar | undefined =>
  db
    .select({ calendar: calendars.calendar })
    .from(calendars)
    .where(and(eq(calendars.tenant, tenant), eq(calendars.id, id)))
    .orderBy(desc(calendars.n))
    .limit(1)
    .get()?.calendar as Calendar | undefined;

/** The person's working hours, else those of the calendar named; undefined where neither is published. */
export const personCalendarIn = (
  db: Db,
  tenant: string,
  personId: string,
  otherwiseId: string,
): Calendar | undefined => {
  const own = db
    .select({ id: people.calendarId })
    .from(people)
    .where(and(eq(people.tenant, tenant), eq(people.personId, personId)))
    .get()?.id;
  return (own ? calendarIn(db, tenant, own) : undefined) ?? calendarIn(db, tenant, otherwiseId);
};
