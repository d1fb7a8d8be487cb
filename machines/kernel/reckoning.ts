import { arePublishedDays, type Calendar, type CalendarReading, readCalendar } from './calendar.ts';
import type { DayNumber } from './civil-date.ts';
import { type ClockRule, type ParsedClockRule, parseClockRule } from './clock-rule.ts';
import { countedSpans, instantAfter } from './counted-time.ts';
import { instantMs } from './instant.ts';
import { type LastDay, lastDayOf } from './last-day.ts';
import { joinPauses, type Pause, type PausedDays, type PausedSpan, wholePausedDays } from './paused-time.ts';
import { isKnownAtMs, localDay, startOfDayMs } from './zone-offset.ts';

/** One deadline worked out: what `schedule` and `explain` both tell, each in its own form. */
export interface Reckoning {
  readonly rule: ParsedClockRule;
  readonly reading: CalendarReading;
  readonly paused: readonly PausedSpan[];
  readonly pausedDays: readonly PausedDays[];
  readonly startMs: number;
  readonly startDay: DayNumber;
  /** Absent for lengths in hours. */
  readonly end: LastDay | undefined;
  /** Undefined while paused. */
  readonly dueMs: number | undefined;
  /** The date rests on days not published or offsets not known to the calendar. False while there is no date. */
  readonly provisional: boolean;
}

/**
 * Works out a deadline.
 * @throws InvalidClockRule for a rule that cannot be counted; RangeError for malformed instants, pauses or calendars.
 */
export const reckon = (
  rule: ClockRule,
  startAt: string,
  pauses: readonly Pause[],
  calendar: Calendar,
): Reckoning => {
  const parsed = parseClockRule(rule);
  const reading = readCalendar(calendar);
  const startMs = instantMs(startAt);
  const startDay = localDay(reading.offsets, startMs);
  const paused = joinPauses(pauses);
  const pausedDays = wholePausedDays(paused, reading);
  const base = { rule: parsed, reading, paused, pausedDays, startMs, startDay };

  if (parsed.count === 'elapsed' || parsed.count === 'business-hours') {
    const workingHours = parsed.count === 'business-hours';
    const dueMs = instantAfter(countedSpans(workingHours, startMs, paused, reading), parsed.length.ms);
    const provisional =
      workingHours &&
      dueMs !== undefined &&
      !(
        arePublishedDays(reading, startDay, localDay(reading.offsets, dueMs)) &&
        isKnownAtMs(reading.offsets, startMs) &&
        isKnownAtMs(reading.offsets, dueMs)
      );
    return { ...base, end: undefined, dueMs, provisional };
  }

  const end = lastDayOf(parsed, startDay, reading, paused, pausedDays);
  const { countedDay, reachedDay, lastDay } = end;
  if (countedDay === undefined || reachedDay === undefined || lastDay === undefined) {
    return { ...base, end, dueMs: undefined, provisional: false };
  }
  const dueMs = startOfDayMs(reading.offsets, lastDay + 1);
  const business = parsed.count === 'business-days';
  const calendarFrom = business ? startDay : Math.min(countedDay, lastDay);
  const asksCalendar = business || parsed.lastDay !== 'same';
  const provisional = !(
    (!asksCalendar || arePublishedDays(reading, calendarFrom, Math.max(reachedDay, lastDay))) &&
    isKnownAtMs(reading.offsets, startMs) &&
    isKnownAtMs(reading.offsets, dueMs)
  );
  return { ...base, end, dueMs, provisional };
};
