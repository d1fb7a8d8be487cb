/** Draws that look random and are the same for the same seed. */
export interface Random {
  /** An integer from `min` to `max`, both included. */
  int: (min: number, max: number) => number;
  pick: <T>(items: readonly [T, ...T[]]) => T;
  /** True in this share of draws, 0 to 1. */
  chance: (share: number) => boolean;
}

/** A generator of made-up data (mulberry32, seeded by FNV-1a of the text); for nothing that has to be secret. */
export const seededRandom = (seed: string): Random => {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(seed)) {
    state = Math.imul(state ^ byte, 0x01000193);
  }
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    int,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    chance: (share) => next() < share,
  };
};
