import { dayNumberOf } from './civil-date.ts';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|([+-])(\d{2}):(\d{2}))$/;

const parse = (at: string): number | undefined => {
  const match = RFC_3339.exec(at);
  if (!match) {
    return undefined;
  }
  const [, year, month, dayOfMonth, hour, minute, second, fraction = '', , sign, zoneHour, zoneMinute] =
    match;
  const day = dayNumberOf(Number(year), Number(month), Number(dayOfMonth));
  const hours = Number(hour);
  const minutes = Number(minute);
  const seconds = Number(second);
  const zoneHours = Number(zoneHour ?? 0);
  const zoneMinutes = Number(zoneMinute ?? 0);
  if (day === undefined || hours > 23 || minutes > 59 || seconds > 59 || zoneHours > 23 || zoneMinutes > 59) {
    return undefined;
  }
  const offsetMs = (sign === '-' ? -1 : 1) * (zoneHours * HOUR_MS + zoneMinutes * MINUTE_MS);
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return day * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000 + ms - offsetMs;
};

/** Whether the text is an RFC 3339 instant with a zone (`Z` or an offset) that exists. */
export const isInstant = (at: string): boolean => parse(at) !== undefined;

/**
 * Epoch milliseconds of an RFC 3339 instant; what is finer than a millisecond is cut off. Unlike `Date.parse` it
 * refuses a text without a zone, which would mean another instant on another machine.
 * @throws RangeError for anything else.
 */
export const instantMs = (at: string): number => {
  const ms = parse(at);
  if (ms === undefined) {
    throw new RangeError(`Not an RFC 3339 instant: "${at}"`);
  }
  return ms;
};

/** The RFC 3339 instant in UTC, always with milliseconds, so that instants compare as strings. */
export const instantAt = (ms: number): string => new Date(ms).toISOString();
