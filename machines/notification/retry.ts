/** Tries that one delivery gets: for more than a day. */
export const triesMax = 110;

const firstDelayMs = 5_000;
const delayMsMax = 900_000;

/** Milliseconds from a failed try, counted from 1, to the next: twice as long each time, up to a quarter of an hour. */
export const retryDelayMs = (tries: number): number =>
  Math.min(firstDelayMs * 2 ** Math.min(tries - 1, 20), delayMsMax);
