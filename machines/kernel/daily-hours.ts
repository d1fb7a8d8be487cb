import { HOUR_MS, MINUTE_MS } from './instant.ts';
import { localDay, localTimeMs, type ZoneOffset } from './zone-offset.ts';

/** `HH:MM` as milliseconds of the local day. */
export const msOfDay = (time: string): number =>
  Number(time.slice(0, 2)) * HOUR_MS + Number(time.slice(3, 5)) * MINUTE_MS;

/** Whether an instant (epoch milliseconds) lies in the hours of every day, local `HH:MM`, which may go over midnight. */
export const isInDailyHours = (
  offsets: readonly ZoneOffset[],
  { from, to }: { from: string; to: string },
  nowMs: number,
): boolean => {
  const day = localDay(offsets, nowMs);
  const fromMs = localTimeMs(offsets, day, msOfDay(from));
  const toMs = localTimeMs(offsets, day, msOfDay(to));
  return from > to ? nowMs >= fromMs || nowMs < toMs : nowMs >= fromMs && nowMs < toMs;
};
