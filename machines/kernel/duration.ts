import { DAY_MS, HOUR_MS, MINUTE_MS } from './instant.ts';

/** A length: a year is 12 months, a week is 7 days; hours, minutes and seconds are milliseconds. Never negative. */
export interface Duration {
  months: number;
  days: number;
  ms: number;
}

/** No length is longer than this: a hundred years, in each of its parts. */
export const DURATION_MAX: Readonly<Duration> = { months: 1200, days: 36_525, ms: 36_525 * DAY_MS };

const TEXT_CHARS_MAX = 40;
const WEEKS = /^P(\d+)W$/;
const PARTS = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

/**
 * Reads an ISO 8601 length: `P15D`, `P8W`, `PT30M`, `P1M`, `P1Y6M`, `PT0.5S`. Weeks stand alone, only seconds take a
 * fraction (three digits), and no sign is allowed.
 * @returns undefined for anything else, an empty part (`P`, `P1DT`) and a length over `DURATION_MAX` included.
 */
export const parseDuration = (text: string): Duration | undefined => {
  if (text.length > TEXT_CHARS_MAX) {
    return undefined;
  }
  const weeks = WEEKS.exec(text);
  if (weeks) {
    return bounded({ months: 0, days: Number(weeks[1]) * 7, ms: 0 });
  }
  const parts = PARTS.exec(text);
  if (!parts || text.endsWith('P') || text.endsWith('T')) {
    return undefined;
  }
  const [, years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  return bounded({
    months: Number(years) * 12 + Number(months),
    days: Number(days),
    ms: Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Math.round(Number(seconds) * 1000),
  });
};

const bounded = (duration: Duration): Duration | undefined =>
  duration.months <= DURATION_MAX.months &&
  duration.days <= DURATION_MAX.days &&
  duration.ms <= DURATION_MAX.ms
    ? duration
    : undefined;

/** The length as ISO 8601, in its largest whole parts; a length of nothing is `PT0S`. */
export const formatDuration = (duration: Duration): string => {
  const years = Math.floor(duration.months / 12);
  const months = duration.months % 12;
  const hours = Math.floor(duration.ms / HOUR_MS);
  const minutes = Math.floor((duration.ms % HOUR_MS) / MINUTE_MS);
  const seconds = (duration.ms % MINUTE_MS) / 1000;
  const part = (value: number, letter: string) => (value === 0 ? '' : `${value}${letter}`);
  const date = part(years, 'Y') + part(months, 'M') + part(duration.days, 'D');
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  return date === '' && time === '' ? 'PT0S' : `P${date}${time === '' ? '' : `T${time}`}`;
};

/**
 * The milliseconds of a length that has a fixed number of them: weeks and days count as 24 hours each.
 * @returns undefined where months or years are in it, which have no fixed length.
 */
export const toMilliseconds = (duration: Duration): number | undefined =>
  duration.months === 0 ? duration.days * DAY_MS + duration.ms : undefined;

/**
 * The length on a clock on which a day lasts `dayMs`: with 20,000, `P1D` becomes `PT20S` and `PT6H` becomes `PT5S`.
 * A month counts as 30 days and a year as 365. The result has a time part only, rounded to a millisecond.
 */
export const scaleDuration = (duration: Duration, dayMs: number): Duration => {
  const days = Math.floor(duration.months / 12) * 365 + (duration.months % 12) * 30 + duration.days;
  return { months: 0, days: 0, ms: Math.round((days + duration.ms / DAY_MS) * dayMs) };
};
