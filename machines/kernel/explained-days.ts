import { isPublishedDay, isWorking, worksInPlainWeek } from './calendar.ts';
import { civilDate, type DayNumber } from './civil-date.ts';
import { countedSpans, spansUntil } from './counted-time.ts';
import { instantMs } from './instant.ts';
import type { Pause } from './paused-time.ts';
import type { Reckoning } from './reckoning.ts';
import { localDay, startOfDayMs } from './zone-offset.ts';

/**
 * Why a day counts or does not. `paused` is a whole day that would have counted; `carried-over` is a day after the
 * length was used up, to which its end was moved (a last day that does not work, or that ended in a pause).
 */
export type DayReason =
  | 'start-day'
  | 'calendar-day'
  | 'working-day'
  | 'make-up-working-day'
  | 'weekend'
  | 'holiday'
  | 'paused'
  | 'carried-over';

/** A local day, or with `toOn` a run of like days, in a deadline's count. */
export interface ExplainedDay {
  on: string;
  toOn?: string;
  counted: boolean;
  reason: DayReason;
  /** The cause of the pause that takes the day, or begins or ends on it. */
  pauseCause?: string;
  /** The calendar has not published this day: it may turn out otherwise. */
  provisional?: true;
  /** For lengths in hours: how much of the day counts. */
  countedMs?: number;
}

/** A count of more days than this is told in runs of like days. */
export const EXPLAINED_DAYS_MAX = 400;

/** The days of a reckoning, each with its reason, in runs where they are many. */
export const explainedDays = (reckoning: Reckoning, pauses: readonly Pause[]): ExplainedDay[] => {
  const { reading, startDay, rule } = reckoning;
  const inHours = rule.count === 'elapsed' || rule.count === 'business-hours';
  const countedMsOn = inHours ? countedMsByDay(reckoning) : undefined;
  const asksCalendar = rule.count.startsWith('business') || (!inHours && rule.lastDay !== 'same');
  const days: ExplainedDay[] = [];
  const lastDay = lastListedDay(reckoning);
  for (let day = startDay; day <= lastDay; day += 1) {
    const countedMs = countedMsOn && (countedMsOn.get(day) ?? 0);
    const pauseCause = causeOn(reckoning, pauses, day);
    const reason =
      countedMs === undefined
        ? dayReason(reckoning, day)
        : hoursReason(reckoning, day, countedMs > 0, pauseCause !== undefined);
    days.push({
      on: civilDate(day),
      counted: countedMs === undefined ? COUNTED.has(reason) : countedMs > 0,
      reason,
      ...(pauseCause === undefined ? {} : { pauseCause }),
      ...(asksCalendar && !isPublishedDay(reading, day) ? { provisional: true } : {}),
      ...(countedMs === undefined ? {} : { countedMs }),
    });
  }
  return days.length > EXPLAINED_DAYS_MAX ? inRuns(days) : days;
};

const COUNTED: ReadonlySet<DayReason> = new Set(['calendar-day', 'working-day', 'make-up-working-day']);

const lastListedDay = ({ end, dueMs, paused, startDay, reading }: Reckoning): DayNumber => {
  if (dueMs === undefined) {
    // Only an open pause leaves a deadline without a date, and it is the last of the joined ones.
    return Math.max(localDay(reading.offsets, paused.at(-1)?.fromMs ?? 0), startDay);
  }
  return end === undefined
    ? // A due instant at midnight belongs to the day it ends.
      Math.max(localDay(reading.offsets, dueMs - 1), startDay)
    : Math.max(end.countedDay ?? startDay, end.lastDay ?? startDay);
};

/** The reason of a day in a length of days, by the same questions that its count asks. */
const dayReason = (reckoning: Reckoning, day: DayNumber): DayReason => {
  const { rule, reading, pausedDays, startDay, end } = reckoning;
  if (day === startDay) {
    return 'start-day';
  }
  if (end?.countedDay !== undefined && day > end.countedDay) {
    return 'carried-over';
  }
  const paused = pausedDays.some(({ fromDay, toDay }) => fromDay <= day && day <= toDay);
  if (rule.count === 'calendar-days') {
    return paused ? 'paused' : 'calendar-day';
  }
  const reason = calendarReason(reckoning, day);
  return paused && isWorking(reading, day) ? 'paused' : reason;
};

/** The reason of a day in a length of hours; a start after closing time leaves its day without an hour. */
const hoursReason = (reckoning: Reckoning, day: DayNumber, counted: boolean, paused: boolean): DayReason => {
  const plain = reckoning.rule.count === 'elapsed' ? 'calendar-day' : calendarReason(reckoning, day);
  if (counted || plain === 'weekend' || plain === 'holiday') {
    return plain;
  }
  return paused ? 'paused' : 'start-day';
};

const calendarReason = ({ reading }: Reckoning, day: DayNumber): DayReason => {
  const inPlainWeek = worksInPlainWeek(reading, day);
  if (isWorking(reading, day)) {
    return inPlainWeek ? 'working-day' : 'make-up-working-day';
  }
  return inPlainWeek ? 'holiday' : 'weekend';
};

/** The cause of the first pause that takes some of the day. */
const causeOn = (
  { reading, paused }: Reckoning,
  pauses: readonly Pause[],
  day: DayNumber,
): string | undefined => {
  if (paused.length === 0) {
    return undefined;
  }
  const fromMs = startOfDayMs(reading.offsets, day);
  const toMs = startOfDayMs(reading.offsets, day + 1);
  return pauses.find(
    (pause) => instantMs(pause.fromAt) < toMs && (pause.toAt === undefined || instantMs(pause.toAt) > fromMs),
  )?.cause;
};

const countedMsByDay = ({ rule, reading, paused, startMs, dueMs }: Reckoning): Map<DayNumber, number> => {
  const spans = countedSpans(rule.count === 'business-hours', startMs, paused, reading);
  const byDay = new Map<DayNumber, number>();
  for (const span of spansUntil(spans, dueMs ?? paused.at(-1)?.fromMs ?? startMs)) {
    const lastDay = localDay(reading.offsets, span.toMs - 1);
    for (let day = localDay(reading.offsets, span.fromMs); day <= lastDay; day += 1) {
      const fromMs = Math.max(startOfDayMs(reading.offsets, day), span.fromMs);
      const toMs = Math.min(startOfDayMs(reading.offsets, day + 1), span.toMs);
      byDay.set(day, (byDay.get(day) ?? 0) + toMs - fromMs);
    }
  }
  return byDay;
};

const inRuns = (days: readonly ExplainedDay[]): ExplainedDay[] => {
  const runs: ExplainedDay[] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (
      run !== undefined &&
      run.reason === day.reason &&
      run.counted === day.counted &&
      run.pauseCause === day.pauseCause &&
      run.provisional === day.provisional
    ) {
      run.toOn = day.on;
      if (day.countedMs !== undefined) {
        run.countedMs = (run.countedMs ?? 0) + day.countedMs;
      }
    } else {
      runs.push({ ...day });
    }
  }
  return runs;
};
