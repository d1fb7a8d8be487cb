import type { ScenarioInput } from '../../machines/analysis/run-scenario.ts';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import { civilDate, dayNumber } from '../../machines/kernel/civil-date.ts';
import { DAY_MS, instantAt, instantMs } from '../../machines/kernel/instant.ts';
import type { Json } from '../../machines/kernel/json.ts';

export const WEEK_MS = 7 * DAY_MS;

/**
 * A scenario that begins so many weeks later, and counts with calendars that are as much later: each day of it is the
 * same weekday, as much a holiday, and as many minutes from UTC as the day it stands for.
 */
export const shiftScenario = (input: ScenarioInput, weeks: number): ScenarioInput => ({
  ...input,
  scenario: shiftDates(input.scenario as unknown as Json, weeks) as unknown as ScenarioInput['scenario'],
  calendars: Object.fromEntries(
    Object.entries(input.calendars).map(([id, calendar]) => [id, shiftCalendar(calendar, weeks)]),
  ),
});

const dated = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d.*)?$/;

const shiftDates = (value: Json, weeks: number): Json => {
  if (typeof value === 'string') {
    const [, date, time = ''] = dated.exec(value) ?? [];
    return date === undefined ? value : shiftDate(date, weeks) + time;
  }
  if (Array.isArray(value)) {
    return value.map((item) => shiftDates(item, weeks));
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shiftDates(item, weeks)]))
    : value;
};

const shiftDate = (on: string, weeks: number): string => civilDate(dayNumber(on) + 7 * weeks);

const shiftCalendar = (calendar: Calendar, weeks: number): Calendar => ({
  ...calendar,
  offsets: calendar.offsets.map(([fromAt, minutes]) => [
    instantAt(instantMs(fromAt) + weeks * WEEK_MS),
    minutes,
  ]),
  // Without days of its own a calendar is its plain week, for ever.
  ...(calendar.days === ''
    ? {}
    : {
        firstOn: shiftDate(calendar.firstOn, weeks),
        publishedUntil: shiftDate(calendar.publishedUntil, weeks),
      }),
});
