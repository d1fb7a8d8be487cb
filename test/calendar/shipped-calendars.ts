import { readFileSync } from 'node:fs';
import type { Calendar } from '../../machines/kernel/calendar.ts';

/** A calendar of the library, by its id. */
export const shippedCalendar = (id: string): Calendar =>
  JSON.parse(
    readFileSync(new URL(`../../machines/library/calendars/${id}.json`, import.meta.url), 'utf8'),
  ) as Calendar;

export const always = shippedCalendar('always');
export const cn = shippedCalendar('cn');
export const englandWales = shippedCalendar('england-wales');
export const usFederal = shippedCalendar('us-federal');
