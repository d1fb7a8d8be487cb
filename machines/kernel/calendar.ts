import { civilDate, type DayNumber, dayNumber, weekdayOf } from './civil-date.ts';
import { msOfDay } from './daily-hours.ts';
import { instantMs, MINUTE_MS } from './instant.ts';
import { isKnownAtMs, localDay, localTimeMs, startOfDayMs, type ZoneOffset } from './zone-offset.ts';

/**
 * A working-day calendar, or the slice of one that a case needs: all that date arithmetic asks, as JSON, so that a
 * replay in ten years and a browser compute the same dates without a time zone library.
 *
 * A day that `days` does not cover, or later than `publishedUntil`, follows the plain `week`; no holiday is guessed.
 * A date that rests on such a day, or on a UTC offset outside `offsets`, is provisional.
 */
export interface Calendar {
  id: string;
  version: string;
  title: { zh: string; en: string };
  /** IANA name, for display only. */
  zone: string;
  /**
   * UTC offset changes, ascending: an RFC 3339 instant, and the minutes east of UTC from then on. A single one holds
   * always. Of several, the first covers the start and the last only ends what is known: before the first and from
   * the last on, their offsets are used and the date is provisional.
   */
  offsets: [fromAt: string, minutes: number][];
  /** Local date of the first day in `days`. */
  firstOn: string;
  /**
   * One bit per day, 1 for a working day, six days in a character of base64url (`A-Z a-z 0-9 - _`), the first day in
   * the highest bit. Empty: the `week` is the whole rule, nothing is ever provisional.
   */
  days: string;
  /** Working days of a plain week, `1` or `0` for each day from Monday to Sunday. Default `1111100`. */
  week?: string;
  /** Last local date whose holidays are published. */
  publishedUntil: string;
  /** Working hours of every working day, local `HH:MM`, ascending, `24:00` allowed at the end. */
  hours: { from: string; to: string }[];
  /** Where the days come from, and how well that was checked. */
  source: { rule: string; checked: string };
}

/** A calendar read once for many questions; not JSON, never stored. */
export interface CalendarReading {
  readonly offsets: readonly ZoneOffset[];
  readonly days: string;
  readonly week: string;
  readonly firstDay: DayNumber;
  /** The last day that is both in `days` and published. */
  readonly lastPublishedDay: DayNumber;
  /** Milliseconds of the local day. */
  readonly hours: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export const DAYS_PER_CHARACTER = 6;
export const DAY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const PLAIN_WEEK = '1111100';
const WEEK = /^(?=.*1)[01]{7}$/;
const VALUE_OF_CHARACTER: readonly number[] = Array.from({ length: 128 }, (_, code) =>
  DAY_ALPHABET.indexOf(String.fromCharCode(code)),
);

/**
 * Reads a calendar's texts into numbers.
 * @throws RangeError on a date or instant that is none, and on a calendar in which counting would never end.
 */
export const readCalendar = (calendar: Calendar): CalendarReading => {
  const week = calendar.week ?? PLAIN_WEEK;
  if (!WEEK.test(week) || calendar.offsets.length === 0 || calendar.hours.length === 0) {
    throw new RangeError(`Calendar "${calendar.id}" has no working weekday, UTC offset or working hour`);
  }
  const firstDay = dayNumber(calendar.firstOn);
  return {
    offsets: calendar.offsets.map(([fromAt, minutes]) => ({
      fromMs: instantMs(fromAt),
      offsetMs: minutes * MINUTE_MS,
    })),
    days: calendar.days,
    week,
    firstDay,
    lastPublishedDay: Math.min(
      firstDay + calendar.days.length * DAYS_PER_CHARACTER - 1,
      dayNumber(calendar.publishedUntil),
    ),
    hours: calendar.hours.map(({ from, to }) => ({ fromMs: msOfDay(from), toMs: msOfDay(to) })),
  };
};

/** Whether the plain week, without holidays, works on that day. */
export const worksInPlainWeek = (reading: CalendarReading, day: DayNumber): boolean =>
  reading.week[weekdayOf(day) - 1] === '1';

/** Whether the holidays around that day are published and in the slice, so that its bit is more than a rule. */
export const isPublishedDay = (reading: CalendarReading, day: DayNumber): boolean =>
  arePublishedDays(reading, day, day);

export const arePublishedDays = (reading: CalendarReading, fromDay: DayNumber, toDay: DayNumber): boolean =>
  reading.days === '' || (fromDay >= reading.firstDay && toDay <= reading.lastPublishedDay);

export const isWorking = (reading: CalendarReading, day: DayNumber): boolean => {
  if (day < reading.firstDay || day > reading.lastPublishedDay) {
    return worksInPlainWeek(reading, day);
  }
  const index = day - reading.firstDay;
  const value = VALUE_OF_CHARACTER[reading.days.charCodeAt(Math.floor(index / DAYS_PER_CHARACTER))] ?? 0;
  return ((value >> (DAYS_PER_CHARACTER - 1 - (index % DAYS_PER_CHARACTER))) & 1) === 1;
};

/** The local date (in the calendar's zone) of an instant. */
export const localDate = (calendar: Calendar, atMs: number): string =>
  civilDate(localDay(readCalendar(calendar).offsets, atMs));

/** The instant, in epoch milliseconds, at which a local date begins: 00:00, or the first instant after a gap there. */
export const startOfDay = (calendar: Calendar, on: string): number =>
  startOfDayMs(readCalendar(calendar).offsets, dayNumber(on));

/** The instant, in epoch milliseconds, at which a local date ends (24:00), which is the start of the next. */
export const endOfDay = (calendar: Calendar, on: string): number =>
  startOfDayMs(readCalendar(calendar).offsets, dayNumber(on) + 1);

export const isWorkingDay = (calendar: Calendar, on: string): boolean =>
  isWorking(readCalendar(calendar), dayNumber(on));

/** Whether a local date's holidays are published and covered by this calendar or slice. */
export const isPublished = (calendar: Calendar, on: string): boolean =>
  isPublishedDay(readCalendar(calendar), dayNumber(on));

/** Whether an instant lies within working hours; the end of an interval does not. */
export const isWorkingTime = (calendar: Calendar, atMs: number): boolean => {
  const reading = readCalendar(calendar);
  const day = localDay(reading.offsets, atMs);
  return (
    isWorking(reading, day) &&
    reading.hours.some(
      ({ fromMs, toMs }) =>
        atMs >= localTimeMs(reading.offsets, day, fromMs) && atMs < localTimeMs(reading.offsets, day, toMs),
    )
  );
};

/** Whether the UTC offset at an instant is known, not carried on from the nearest known one. */
export const isOffsetKnown = (calendar: Calendar, atMs: number): boolean =>
  isKnownAtMs(readCalendar(calendar).offsets, atMs);
