import { type CalendarReading, isWorking } from './calendar.ts';
import { addMonths, type DayNumber } from './civil-date.ts';
import type { ParsedClockRule } from './clock-rule.ts';
import { type PausedDays, type PausedSpan, pauseOver } from './paused-time.ts';
import { localDay, startOfDayMs } from './zone-offset.ts';

/** How a length in days comes to its end; a day is undefined while an open pause holds the length before it. */
export interface LastDay {
  /** The day on which the length has been counted in full. */
  readonly countedDay: DayNumber | undefined;
  /** The day that becomes after any pause in which it would end. */
  readonly reachedDay: DayNumber | undefined;
  /** The day that becomes after the `lastDay` rule: the length ends at its 24:00. */
  readonly lastDay: DayNumber | undefined;
}

/**
 * The last day of a length in days, at whose 24:00 it ends.
 *
 * The start day is not counted (民法典 art. 201; FCA DISP 1.6, "following the day"). A day that is paused from 00:00
 * to 24:00 is not counted, a day paused in part is. Months are first turned into the days they have from the start.
 * A length never ends while it is paused: it then ends on the day the pause does, or, if it ends on business days
 * only, on the first of those from there on.
 */
export const lastDayOf = (
  { count, length, lastDay: rule }: ParsedClockRule,
  startDay: DayNumber,
  reading: CalendarReading,
  paused: readonly PausedSpan[],
  pausedDays: readonly PausedDays[],
): LastDay => {
  const business = count === 'business-days';
  const countedDay = business
    ? countBusinessDays(startDay, length.days, reading, pausedDays)
    : countDays(startDay, addMonths(startDay, length.months) + length.days - startDay, pausedDays);
  const reachedDay = countedDay === undefined ? undefined : settle(countedDay, business, reading, paused);
  return {
    countedDay,
    reachedDay,
    lastDay: reachedDay === undefined ? undefined : moved(rule, reachedDay, startDay, reading, paused),
  };
};

const moved = (
  rule: ParsedClockRule['lastDay'],
  day: DayNumber,
  startDay: DayNumber,
  reading: CalendarReading,
  paused: readonly PausedSpan[],
): DayNumber | undefined => {
  switch (rule) {
    case 'same':
      return day;
    case 'next-business':
      return settle(day, true, reading, paused);
    case 'previous-business':
      return settle(previousWorking(day, startDay, reading), false, reading, paused);
  }
};

/** The n-th day after the start that is not wholly paused, without walking; undefined if an open pause hides it. */
const countDays = (
  startDay: DayNumber,
  count: number,
  pausedDays: readonly PausedDays[],
): DayNumber | undefined => {
  let day = startDay + count;
  for (const { fromDay, toDay } of pausedDays) {
    const from = Math.max(fromDay, startDay + 1);
    if (from > day) {
      break;
    }
    day += Math.max(toDay - from + 1, 0);
  }
  return day === Infinity ? undefined : day;
};

const countBusinessDays = (
  startDay: DayNumber,
  count: number,
  reading: CalendarReading,
  pausedDays: readonly PausedDays[],
): DayNumber | undefined => {
  let day = startDay;
  let left = count;
  let next = 0;
  while (left > 0) {
    day += 1;
    let pause = pausedDays[next];
    while (pause !== undefined && pause.toDay < day) {
      next += 1;
      pause = pausedDays[next];
    }
    if (pause !== undefined && day >= pause.fromDay) {
      if (pause.toDay === Infinity) {
        return undefined;
      }
      day = pause.toDay;
    } else if (isWorking(reading, day)) {
      left -= 1;
    }
  }
  return day;
};

/** The first day from `day` on, working if asked, whose 24:00 is not in paused time. */
const settle = (
  day: DayNumber,
  working: boolean,
  reading: CalendarReading,
  paused: readonly PausedSpan[],
): DayNumber | undefined => {
  let settled = day;
  for (;;) {
    while (working && !isWorking(reading, settled)) {
      settled += 1;
    }
    const pause = pauseOver(paused, startOfDayMs(reading.offsets, settled + 1));
    if (pause === undefined) {
      return settled;
    }
    if (pause.toMs === Infinity) {
      return undefined;
    }
    settled = localDay(reading.offsets, pause.toMs);
  }
};

/** The latest working day up to `day` and after the start day; without one, `day` itself. */
const previousWorking = (day: DayNumber, startDay: DayNumber, reading: CalendarReading): DayNumber => {
  let previous = day;
  while (previous > startDay && !isWorking(reading, previous)) {
    previous -= 1;
  }
  return previous > startDay ? previous : day;
};
