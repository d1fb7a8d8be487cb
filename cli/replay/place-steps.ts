/** When a step happens in a file's life: so long after its opening, or so long before its end. */
export type Place = { readonly hoursAfterOpening: number } | { readonly hoursBeforeEnd: number };

const hourMs = 3_600_000;

/**
 * Instants for steps whose days a file does not tell, in the given order and within the file's span. The first work
 * follows soon upon the opening and the last ones precede the end; the long wait lies between. A span shorter than
 * all that is shared out in proportion.
 *
 * @param places in the order of the steps; those after the opening first
 */
export const placeSteps = (openedAt: string, closedAt: string, places: readonly Place[]): string[] => {
  const openedMs = Date.parse(openedAt);
  const spanMs = Date.parse(closedAt) - openedMs;
  const longest = (of: (place: Place) => number): number => Math.max(0, ...places.map(of));
  const wantedMs =
    hourMs *
    (longest((place) => ('hoursAfterOpening' in place ? place.hoursAfterOpening : 0)) +
      longest((place) => ('hoursBeforeEnd' in place ? place.hoursBeforeEnd : 0)));
  const scale = wantedMs === 0 ? 1 : Math.min(1, spanMs / wantedMs);
  return places.map((place) => {
    const offsetMs =
      'hoursAfterOpening' in place
        ? place.hoursAfterOpening * hourMs * scale
        : spanMs - place.hoursBeforeEnd * hourMs * scale;
    return new Date(openedMs + Math.round(offsetMs / 1_000) * 1_000).toISOString();
  });
};
