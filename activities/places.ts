/** Places for work that must leave room for others: fewer while each piece takes long, as many as there are otherwise. */
export interface Places {
  /** Waits for a place, in the order of asking; call what it returns with how long the work took. */
  enter: () => Promise<(tookMs: number) => void>;
  /** How many there are now. */
  count: () => number;
}

/** Work that takes longer says that whoever does it has too much to do: people wait as long for theirs. */
const slowMs = 500;

/** @param most places, and as many at first; there is always one */
export const createPlaces = (most: number): Places => {
  let room = most;
  let taken = 0;
  const waiting: (() => void)[] = [];

  const admit = (): void => {
    while (waiting.length > 0 && taken < Math.floor(room)) {
      taken += 1;
      waiting.shift()?.();
    }
  };
  const leave = (tookMs: number): void => {
    taken -= 1;
    room = tookMs > slowMs ? Math.max(1, room * 0.8) : Math.min(most, room + 0.25);
    admit();
  };
  return {
    enter: () =>
      new Promise((resolve) => {
        waiting.push(() => resolve(leave));
        admit();
      }),
    count: () => Math.floor(room),
  };
};
