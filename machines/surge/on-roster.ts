import type { Calendar } from '../kernel/calendar.ts';
import { readCalendar } from '../kernel/calendar.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/instant.ts';
import { localDay, localTimeMs } from '../kernel/zone-offset.ts';
import type { SurgePlan } from './plan.ts';

/** The lines of a plan's roster that hold for a role at an instant (epoch milliseconds). */
export const rosterNow = (
  { roster }: SurgePlan,
  calendar: Calendar,
  role: string,
  nowMs: number,
): SurgePlan['roster'] => {
  const { offsets } = readCalendar(calendar);
  const day = localDay(offsets, nowMs);
  return roster.filter((line) => {
    const fromMs = localTimeMs(offsets, day, msOfDay(line.from));
    const toMs = localTimeMs(offsets, day, msOfDay(line.to));
    const isIn = line.from > line.to ? nowMs >= fromMs || nowMs < toMs : nowMs >= fromMs && nowMs < toMs;
    return line.role === role && isIn;
  });
};

const msOfDay = (time: string): number =>
  Number(time.slice(0, 2)) * HOUR_MS + Number(time.slice(3, 5)) * MINUTE_MS;
