import { type Calendar, readCalendar } from '../kernel/calendar.ts';
import { dayNumber } from '../kernel/civil-date.ts';
import { instantAt, instantMs, MINUTE_MS } from '../kernel/instant.ts';
import { localTimeMs } from '../kernel/zone-offset.ts';

const written = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d(?:\.\d{1,3})?))?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads a scenario's instant; without an offset it is the local time of the calendar's zone.
 *
 * @returns RFC 3339 in UTC, with milliseconds
 * @throws RangeError for what is no instant
 */
export const scenarioInstant = (text: string, calendar: Calendar): string => {
  const [, date = '', hours = '', minutes = '', seconds = '00', zone] = written.exec(text) ?? [];
  if (date === '') {
    throw new RangeError(`Not an instant of a scenario: "${text}"`);
  }
  if (zone !== undefined) {
    return instantAt(instantMs(`${date}T${hours}:${minutes}:${seconds}${zone}`));
  }
  const ofDay = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * 1000;
  return instantAt(localTimeMs(readCalendar(calendar).offsets, dayNumber(date), ofDay));
};
