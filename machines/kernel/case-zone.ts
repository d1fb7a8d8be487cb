import type { Calendar } from './calendar.ts';

/** Minutes east of UTC in the calendar's zone at an instant (RFC 3339 UTC). */
export const offsetMinutesAt = (calendar: Calendar | undefined, at: string): number => {
  const offsets = calendar?.offsets ?? [];
  const current = offsets.findLast(([fromAt]) => fromAt <= at) ?? offsets[0];
  return current?.[1] ?? 0;
};
