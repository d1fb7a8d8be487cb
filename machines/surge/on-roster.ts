import { type Calendar, readCalendar } from '../kernel/calendar.ts';
import { isInDailyHours } from '../kernel/daily-hours.ts';
import type { SurgePlan } from './plan.ts';

/** The lines of a plan's roster that hold for a role at an instant (epoch milliseconds). */
export const rosterNow = (
  { roster }: SurgePlan,
  calendar: Calendar,
  role: string,
  nowMs: number,
): SurgePlan['roster'] => {
  const { offsets } = readCalendar(calendar);
  return roster.filter((line) => line.role === role && isInDailyHours(offsets, line, nowMs));
};
