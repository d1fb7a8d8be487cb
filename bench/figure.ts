/** What was measured several times over, in the unit that the figure's name ends with. */
export interface Figure {
  median: number;
  min: number;
  max: number;
  /** How many times it was measured. */
  n: number;
}

/** @throws RangeError without any value */
export const figureOf = (values: readonly number[]): Figure => {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) {
    throw new RangeError('A figure needs at least one value.');
  }
  return { median: quantile(sorted, 0.5), min, max, n: sorted.length };
};

/** The value below which a share of the sorted values lies, interpolated between neighbours. */
export const quantile = (sorted: readonly number[], share: number): number => {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
};

/** The 95th or 99th percentile and the like, of values in any order. */
export const quantileOf = (values: readonly number[], share: number): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    share,
  );
