import type { Calendar } from './calendar.ts';
import { civilDate } from './civil-date.ts';
import type { ClockRule, Count } from './clock-rule.ts';
import { type ExplainedDay, explainedDays } from './explained-days.ts';
import { instantAt, instantMs } from './instant.ts';
import type { Pause } from './paused-time.ts';
import { reckon } from './reckoning.ts';

export type { DayReason, ExplainedDay } from './explained-days.ts';

/** How a deadline's date comes about, told day by day. Dates are local to `zone`, instants RFC 3339 in UTC. */
export interface Explanation {
  startAt: string;
  startOn: string;
  zone: string;
  calendar: { id: string; version: string; publishedUntil: string };
  limit: string;
  /** `elapsed` where the length is plain time, whatever the rule counts in. */
  count: Count;
  lastDay: 'same' | 'next-business' | 'previous-business';
  /**
   * From the start day on: to the last day, or while paused to the day on which the open pause began. More than
   * `EXPLAINED_DAYS_MAX` are told in runs of like days.
   */
  days: ExplainedDay[];
  pauses: Pause[];
  provisional: boolean;
  /** The day at whose 24:00 a length in days ends; null while paused, and for lengths in hours. */
  lastOn: string | null;
  /** The day the count itself reached, where the last day was moved from it. */
  movedFromOn?: string;
  dueAt: string | null;
}

/**
 * Tells how `schedule` comes to its date, from the same reckoning, so that the two never disagree.
 * @throws as `schedule` does.
 */
export const explain = (
  rule: ClockRule,
  startAt: string,
  pauses: readonly Pause[],
  calendar: Calendar,
): Explanation => {
  const reckoning = reckon(rule, startAt, pauses, calendar);
  const { rule: parsed, end, dueMs } = reckoning;
  const { countedDay, lastDay } = end ?? {};
  return {
    startAt: instantAt(reckoning.startMs),
    startOn: civilDate(reckoning.startDay),
    zone: calendar.zone,
    calendar: { id: calendar.id, version: calendar.version, publishedUntil: calendar.publishedUntil },
    limit: rule.limit,
    count: parsed.count,
    lastDay: parsed.lastDay,
    days: explainedDays(reckoning, pauses),
    pauses: pauses.toSorted((a, b) => instantMs(a.fromAt) - instantMs(b.fromAt)),
    provisional: reckoning.provisional,
    lastOn: lastDay === undefined ? null : civilDate(lastDay),
    ...(countedDay === undefined || lastDay === undefined || countedDay === lastDay
      ? {}
      : { movedFromOn: civilDate(countedDay) }),
    dueAt: dueMs === undefined ? null : instantAt(dueMs),
  };
};
