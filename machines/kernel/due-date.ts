import type { Calendar } from './calendar.ts';
import type { ClockRule } from './clock-rule.ts';
import { countedSpans, instantAfter, lengthOf, spansUntil } from './counted-time.ts';
import { instantAt } from './instant.ts';
import type { Pause } from './paused-time.ts';
import { type Reckoning, reckon } from './reckoning.ts';

export type { ClockRule, Count } from './clock-rule.ts';
export type { Pause } from './paused-time.ts';

/** When a deadline falls due and warns; instants are RFC 3339 in UTC. */
export interface Schedule {
  /** Null while an open pause holds it. */
  dueAt: string | null;
  /** In the rule's order; none while paused. */
  warnAt: { fraction: number; at: string }[];
  /** The date rests on days that the calendar has not published, and may move when it has. */
  provisional: boolean;
}

/**
 * When a deadline started at an instant falls due.
 *
 * - A length in days does not count the day it starts on and ends at 24:00, in the calendar's zone, of its last day;
 *   a length in hours counts from the instant. See `lastDayOf` for days and pauses, `ClockRule` for the length.
 * - Paused time is left out to the millisecond of a length in hours, and by whole local days of a length in days.
 *   Pauses count once where they overlap, never bring a date forward, and change nothing if they begin at the due
 *   instant or later. While one is open that began before it, there is no date.
 * - A warning at fraction f comes at the first instant at which f of the counted time is over. Counted is all time
 *   from the start to the due instant that is not paused, or only working hours of it where the rule counts business
 *   days or hours. So a later fraction is never earlier, and none is later than the due instant.
 *
 * @throws InvalidClockRule for a rule that cannot be counted; RangeError for malformed instants, pauses or calendars.
 */
export const schedule = (
  rule: ClockRule,
  startAt: string,
  pauses: readonly Pause[],
  calendar: Calendar,
): Schedule => {
  const reckoning = reckon(rule, startAt, pauses, calendar);
  const { dueMs, provisional } = reckoning;
  return {
    dueAt: dueMs === undefined ? null : instantAt(dueMs),
    warnAt: dueMs === undefined ? [] : warnings(rule.warnAt, reckoning, dueMs),
    provisional,
  };
};

const warnings = (
  fractions: readonly number[],
  { rule, reading, paused, startMs }: Reckoning,
  dueMs: number,
): Schedule['warnAt'] => {
  if (fractions.length === 0) {
    return [];
  }
  const workingHours = rule.count === 'business-days' || rule.count === 'business-hours';
  const spans = spansUntil(countedSpans(workingHours, startMs, paused, reading), dueMs);
  const totalMs = lengthOf(spans);
  return fractions.map((fraction) => ({
    fraction,
    // No working hour is left of a length that starts in the evening of its only day: it warns at once.
    at: instantAt(instantAfter(spans, Math.ceil(fraction * totalMs)) ?? startMs),
  }));
};
