import type { DayNumber } from './civil-date.ts';
import { DAY_MS } from './instant.ts';

/** From `fromMs` (epoch milliseconds) on, local time is UTC plus `offsetMs`. */
export interface ZoneOffset {
  readonly fromMs: number;
  readonly offsetMs: number;
}

const indexAt = (offsets: readonly ZoneOffset[], atMs: number): number => {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle]?.fromMs ?? 0) <= atMs) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
};

const entryAt = (offsets: readonly ZoneOffset[], index: number): ZoneOffset => {
  const entry = offsets[index];
  if (entry === undefined) {
    throw new RangeError('A calendar has no UTC offset');
  }
  return entry;
};

/** The local day of an instant. */
export const localDay = (offsets: readonly ZoneOffset[], atMs: number): DayNumber =>
  Math.floor((atMs + entryAt(offsets, indexAt(offsets, atMs)).offsetMs) / DAY_MS);

/**
 * The first instant at which the clocks of the zone show `msOfDay` of a day, or later: where the clocks jump over
 * that time, the moment of the jump; where they show it twice, the first.
 */
export const localTimeMs = (offsets: readonly ZoneOffset[], day: DayNumber, msOfDay: number): number => {
  const wallMs = day * DAY_MS + msOfDay;
  // No zone is more than a day from UTC, so the offset in force lies among those of the day before on.
  let index = indexAt(offsets, wallMs - DAY_MS);
  let entry = entryAt(offsets, index);
  for (;;) {
    const next = offsets[index + 1];
    const atMs = index === 0 ? wallMs - entry.offsetMs : Math.max(wallMs - entry.offsetMs, entry.fromMs);
    if (next === undefined || atMs < next.fromMs) {
      return atMs;
    }
    entry = next;
    index += 1;
  }
};

/** The instant at which a local day begins. */
export const startOfDayMs = (offsets: readonly ZoneOffset[], day: DayNumber): number =>
  localTimeMs(offsets, day, 0);

/** Whether the offset at an instant is known: always for a single offset, else from the first until the last. */
export const isKnownAtMs = (offsets: readonly ZoneOffset[], atMs: number): boolean =>
  offsets.length === 1 ||
  (atMs >= entryAt(offsets, 0).fromMs && atMs < entryAt(offsets, offsets.length - 1).fromMs);
