import { type Calendar, isWorkingDay } from '../../machines/kernel/calendar.ts';
import type { Pause } from '../../machines/kernel/due-date.ts';
import { dateIn, midnightIn, nextDate, wallClock } from './local-time.ts';

/** Due dates found by trying one day, or one half hour, after the other: slow, plain, and with no code of the kernel's but its working days. */

export const HALF_HOUR_MS = 1_800_000;

/** Longer than any length and its closed pauses in the tests: a search without a date by then is held by an open one. */
const SEARCHED_DAYS = 200;

interface DayLength {
  days: number;
  count: 'calendar-days' | 'business-days';
  lastDay: 'same' | 'next-business' | 'previous-business';
}

const midnights = new Map<string, number>();
const midnight = (zone: string, on: string): number => {
  const key = `${zone} ${on}`;
  const known = midnights.get(key) ?? midnightIn(zone, on);
  midnights.set(key, known);
  return known;
};

const previousDate = (on: string): string =>
  new Date(Date.parse(`${on}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

const spansOf = (pauses: readonly Pause[]): [number, number][] =>
  pauses.map(({ fromAt, toAt }) => [Date.parse(fromAt), toAt === undefined ? Infinity : Date.parse(toAt)]);

/** Whether every half hour of a stretch is paused; all instants lie on half hours. */
const isAllPaused = (spans: [number, number][], fromMs: number, toMs: number): boolean => {
  for (let ms = fromMs; ms < toMs; ms += HALF_HOUR_MS) {
    if (!spans.some(([from, to]) => from <= ms && ms < to)) {
      return false;
    }
  }
  return true;
};

/** The due instant of a length in days, or null when a pause holds it. */
export const naiveDueOfDays = (
  { days, count, lastDay }: DayLength,
  startMs: number,
  pauses: readonly Pause[],
  calendar: Calendar,
): number | null => {
  const { zone } = calendar;
  const spans = spansOf(pauses);
  const works = (on: string) => isWorkingDay(calendar, on);
  const endOf = (on: string) => midnight(zone, nextDate(on));
  // The half hour that ends with the day is paused: the length cannot end there.
  const endsPaused = (on: string) => isAllPaused(spans, endOf(on) - HALF_HOUR_MS, endOf(on));
  const limitMs = startMs + SEARCHED_DAYS * 86_400_000;

  const startOn = dateIn(zone, startMs);
  const firstOn = (from: string, fits: (on: string) => boolean): string | null => {
    for (let on = from; midnight(zone, on) < limitMs; on = nextDate(on)) {
      if (fits(on)) {
        return on;
      }
    }
    return null;
  };

  let counted = 0;
  const reachedOn = firstOn(startOn, (on) => {
    const eligible = count === 'calendar-days' || works(on);
    if (on !== startOn && eligible && !isAllPaused(spans, midnight(zone, on), endOf(on))) {
      counted += 1;
    }
    return counted >= days && eligible && !endsPaused(on);
  });
  if (reachedOn === null) {
    return null;
  }
  let lastOn: string | null = reachedOn;
  if (lastDay === 'next-business') {
    lastOn = firstOn(reachedOn, (on) => works(on) && !endsPaused(on));
  }
  if (lastDay === 'previous-business') {
    let on = reachedOn;
    while (on > startOn && !works(on)) {
      on = previousDate(on);
    }
    lastOn = firstOn(on > startOn ? on : reachedOn, (candidate) => !endsPaused(candidate));
  }
  return lastOn === null ? null : endOf(lastOn);
};

/** The due instant of a length in half hours, at least one, or null when a pause holds it. */
export const naiveDueOfHours = (
  halfHours: number,
  workingHours: boolean,
  startMs: number,
  pauses: readonly Pause[],
  calendar: Calendar,
): number | null => {
  const spans = spansOf(pauses);
  const runs = (ms: number) => {
    if (spans.some(([from, to]) => from <= ms && ms < to)) {
      return false;
    }
    const [on = '', time = ''] = wallClock(calendar.zone, ms).split(' ');
    return (
      !workingHours ||
      (isWorkingDay(calendar, on) &&
        calendar.hours.some(({ from, to }) => from <= time.slice(0, 5) && time.slice(0, 5) < to))
    );
  };
  const limitMs = startMs + SEARCHED_DAYS * 86_400_000;
  let left = halfHours;
  for (let ms = startMs; ms < limitMs; ms += HALF_HOUR_MS) {
    left -= runs(ms) ? 1 : 0;
    if (left === 0) {
      return ms + HALF_HOUR_MS;
    }
  }
  return null;
};
