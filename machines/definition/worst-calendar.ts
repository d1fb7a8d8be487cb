import type { DeadlineDefinition } from '../kernel/definition.ts';
import { parseDuration } from '../kernel/duration.ts';

/** How many calendar days a length may take, at least and at most, whatever the calendar. */
export interface DayRange {
  shortest: number;
  longest: number;
}

/**
 * The most days that holidays close together take out of working weeks: nine around China's Spring Festival of 2026,
 * ten where Mid-Autumn of that year is followed by the National Day. England's Christmas reaches five.
 */
const holidayDaysMax = 10;

const dayMs = 86_400_000;
/** Working hours of the shortest day that shipped calendars know. */
const workingHours = 7;

/** The range of a deadline's length in calendar days; undefined where the length is none. */
export const daysOf = (limit: string, count: DeadlineDefinition['count']): DayRange | undefined => {
  const parsed = parseDuration(limit);
  if (parsed === undefined) {
    return undefined;
  }
  const days = parsed.days + parsed.ms / dayMs;
  const shortest = parsed.months * 28 + days;
  const longest = parsed.months * 31 + days;
  switch (count) {
    case 'calendar-days':
    case 'elapsed':
      return { shortest, longest };
    case 'business-days':
      return { shortest, longest: inWorkingWeeks(longest) };
    case 'business-hours': {
      const workingDays = parsed.days + parsed.ms / (workingHours * 3_600_000);
      return { shortest: days, longest: inWorkingWeeks(workingDays) };
    }
  }
};

/** Working days in weeks of five, with a holiday in every fourth week that they touch. */
const inWorkingWeeks = (workingDays: number): number => {
  const weeks = Math.ceil(workingDays / 5);
  return workingDays + Math.max(0, weeks - 1) * 2 + Math.max(1, Math.ceil(weeks / 4)) * holidayDaysMax;
};
