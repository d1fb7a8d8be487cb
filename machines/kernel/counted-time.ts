import { type CalendarReading, isWorking } from './calendar.ts';
import type { PausedSpan } from './paused-time.ts';
import { localDay, localTimeMs, startOfDayMs } from './zone-offset.ts';

/** A stretch of time in which a deadline's clock runs. */
export interface CountedSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The parts of a stretch that are not paused. */
function* unpaused(fromMs: number, toMs: number, paused: readonly PausedSpan[]): Generator<CountedSpan> {
  let cursorMs = fromMs;
  for (const pause of paused) {
    if (pause.fromMs >= toMs) {
      break;
    }
    if (pause.fromMs > cursorMs) {
      yield { fromMs: cursorMs, toMs: pause.fromMs };
    }
    cursorMs = Math.max(cursorMs, pause.toMs);
  }
  if (cursorMs < toMs) {
    yield { fromMs: cursorMs, toMs };
  }
}

/** Working hours from an instant on, without end unless a pause is open. */
function* workingSpans(
  fromMs: number,
  paused: readonly PausedSpan[],
  reading: CalendarReading,
): Generator<CountedSpan> {
  const { offsets, hours } = reading;
  let day = localDay(offsets, fromMs);
  for (;;) {
    const startMs = startOfDayMs(offsets, day);
    const over = paused.find((pause) => pause.fromMs <= startMs && pause.toMs > startMs);
    if (over?.toMs === Infinity) {
      return;
    }
    const resumed = over === undefined ? day : localDay(offsets, over.toMs);
    if (resumed > day) {
      day = resumed;
      continue;
    }
    if (isWorking(reading, day)) {
      for (const interval of hours) {
        const from = Math.max(localTimeMs(offsets, day, interval.fromMs), fromMs);
        const to = localTimeMs(offsets, day, interval.toMs);
        if (from < to) {
          yield* unpaused(from, to, paused);
        }
      }
    }
    day += 1;
  }
}

/**
 * The stretches, ascending, in which a clock started at an instant runs: all time or the calendar's working hours,
 * less paused time. Without end, unless a pause is open: then they stop where it begins.
 */
export const countedSpans = (
  workingHours: boolean,
  fromMs: number,
  paused: readonly PausedSpan[],
  reading: CalendarReading,
): Generator<CountedSpan> =>
  workingHours ? workingSpans(fromMs, paused, reading) : unpaused(fromMs, Infinity, paused);

/** The first instant by which `lengthMs` have been counted; undefined if the stretches end before. */
export const instantAfter = (spans: Iterable<CountedSpan>, lengthMs: number): number | undefined => {
  let leftMs = lengthMs;
  for (const { fromMs, toMs } of spans) {
    if (leftMs <= toMs - fromMs) {
      return fromMs + leftMs;
    }
    leftMs -= toMs - fromMs;
  }
  return undefined;
};

/** The stretches up to an instant. */
export const spansUntil = (spans: Iterable<CountedSpan>, endMs: number): CountedSpan[] => {
  const until: CountedSpan[] = [];
  for (const { fromMs, toMs } of spans) {
    if (fromMs >= endMs) {
      break;
    }
    until.push({ fromMs, toMs: Math.min(toMs, endMs) });
  }
  return until;
};

/** How long the stretches are together. */
export const lengthOf = (spans: readonly CountedSpan[]): number =>
  spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
