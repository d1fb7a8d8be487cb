import type { CalendarReading } from './calendar.ts';
import type { DayNumber } from './civil-date.ts';
import { instantMs } from './instant.ts';
import { localDay, startOfDayMs } from './zone-offset.ts';

/** A time in which a deadline does not run, from an instant to another (RFC 3339); without `toAt` it is open. */
export interface Pause {
  fromAt: string;
  toAt?: string;
  cause: string;
}

/** A stretch of paused time, pauses that overlap or touch joined into one. `toMs` is Infinity while open. */
export interface PausedSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whole local days that are paused, both ends included. `toDay` is Infinity while open. */
export interface PausedDays {
  readonly fromDay: DayNumber;
  readonly toDay: DayNumber;
}

/**
 * Joins pauses, in any order, into ascending stretches that neither overlap nor touch, so that none counts twice.
 * @throws RangeError for a pause that ends before it starts.
 */
export const joinPauses = (pauses: readonly Pause[]): PausedSpan[] => {
  const spans = pauses.map(({ fromAt, toAt }) => {
    const span = { fromMs: instantMs(fromAt), toMs: toAt === undefined ? Infinity : instantMs(toAt) };
    if (span.toMs < span.fromMs) {
      throw new RangeError(`A pause ends before it starts: ${fromAt}, ${toAt}`);
    }
    return span;
  });
  const joined: PausedSpan[] = [];
  for (const span of spans.filter(({ fromMs, toMs }) => toMs > fromMs).sort((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last !== undefined && span.fromMs <= last.toMs) {
      joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    } else {
      joined.push(span);
    }
  }
  return joined;
};

/** The local days that lie wholly, from 00:00 to 24:00, in paused time; ascending. */
export const wholePausedDays = (paused: readonly PausedSpan[], reading: CalendarReading): PausedDays[] =>
  paused
    .map(({ fromMs, toMs }) => {
      const startedOn = localDay(reading.offsets, fromMs);
      return {
        fromDay: startOfDayMs(reading.offsets, startedOn) === fromMs ? startedOn : startedOn + 1,
        toDay: toMs === Infinity ? Infinity : localDay(reading.offsets, toMs) - 1,
      };
    })
    .filter(({ fromDay, toDay }) => fromDay <= toDay);

/** The stretch that an instant would end in, if any: it began earlier and lasts to that instant or beyond. */
export const pauseOver = (paused: readonly PausedSpan[], atMs: number): PausedSpan | undefined =>
  paused.find(({ fromMs, toMs }) => fromMs < atMs && atMs <= toMs);
