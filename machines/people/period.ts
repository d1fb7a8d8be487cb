/** From an instant up to, and without, another: epoch milliseconds; null is without end. */
export interface Period {
  fromMs: number | null;
  untilMs: number | null;
}

export const isIn = ({ fromMs, untilMs }: Period, nowMs: number): boolean =>
  (fromMs === null || fromMs <= nowMs) && (untilMs === null || nowMs < untilMs);

/** Whether there is an instant in both. Periods that only touch share none. */
export const overlap = (a: Period, b: Period): boolean =>
  (a.fromMs === null || b.untilMs === null || a.fromMs < b.untilMs) &&
  (b.fromMs === null || a.untilMs === null || b.fromMs < a.untilMs);

/** Whether there is an instant in it at all. */
export const isOrdered = ({ fromMs, untilMs }: Period): boolean =>
  fromMs === null || untilMs === null || fromMs < untilMs;
