import type { Change } from './changes-since.ts';
import type { ShownValue, ValueTitles } from './shown-values.ts';

type Line = Pick<ShownValue, 'value' | 'isPerson'> | Pick<Change, 'before' | 'after' | 'isPerson'>;

/** Ids of the persons whom lines of a card name. */
export const peopleIn = (lines: readonly Line[]): string[] =>
  lines
    .filter(({ isPerson }) => isPerson)
    .flatMap((line) => ('value' in line ? [line.value] : [line.before, line.after]))
    .filter((id) => typeof id === 'string');

/** The lines with persons called by their names. */
export const withNames = <T extends Line & { values?: ValueTitles }>(
  lines: readonly T[],
  name: (id: string) => string,
): T[] =>
  lines.map((line) => {
    const ids = peopleIn([line]);
    const called = ids.map((id) => [id, { zh: name(id), en: name(id) }]);
    return ids.length === 0 ? line : { ...line, values: Object.fromEntries(called) };
  });
