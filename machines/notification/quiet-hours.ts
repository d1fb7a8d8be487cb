import { type Calendar, isWorking, readCalendar } from '../kernel/calendar.ts';
import { isInDailyHours, msOfDay } from '../kernel/daily-hours.ts';
import { HOUR_MS } from '../kernel/instant.ts';
import { localDay, localTimeMs, startOfDayMs } from '../kernel/zone-offset.ts';
import type { Ladder } from './ladder.ts';

/** Days that a calendar is looked through for a working one. */
const daysMax = 400;

/** Whether a person with this calendar is left alone at an instant (epoch milliseconds). */
export const isQuiet = (calendar: Calendar, { quiet }: Pick<Ladder, 'quiet'>, nowMs: number): boolean => {
  const reading = readCalendar(calendar);
  const day = localDay(reading.offsets, nowMs);
  if (quiet.nonWorkingDays && !isWorking(reading, day)) {
    return true;
  }
  return isInDailyHours(reading.offsets, quiet, nowMs);
};

/** The next instant after `nowMs` (epoch milliseconds) at which the person's digest is due: on a working day. */
export const nextDigestMs = (
  calendar: Calendar,
  { digestAt }: Pick<Ladder, 'digestAt'>,
  nowMs: number,
): number => {
  const reading = readCalendar(calendar);
  const first = localDay(reading.offsets, nowMs);
  for (let day = first; day < first + daysMax; day += 1) {
    const atMs = localTimeMs(reading.offsets, day, msOfDay(digestAt));
    if (atMs > nowMs && isWorking(reading, day)) {
      return atMs;
    }
  }
  throw new RangeError(`Calendar "${calendar.id}" has no working day within ${daysMax} days`);
};

/** Whether the digest of a working day is due at an instant: from its time on, for an hour. */
export const isDigestTime = (
  calendar: Calendar,
  { digestAt }: Pick<Ladder, 'digestAt'>,
  nowMs: number,
): boolean => {
  const reading = readCalendar(calendar);
  const day = localDay(reading.offsets, nowMs);
  const atMs = localTimeMs(reading.offsets, day, msOfDay(digestAt));
  return isWorking(reading, day) && nowMs >= atMs && nowMs < atMs + HOUR_MS;
};

/** The instant, in epoch milliseconds, at which the local day of an instant ends. */
export const endOfLocalDayMs = (calendar: Calendar, nowMs: number): number => {
  const { offsets } = readCalendar(calendar);
  return startOfDayMs(offsets, localDay(offsets, nowMs) + 1);
};
