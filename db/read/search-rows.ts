import type { Db, Store } from '../open.ts';
import { searchQuery } from '../search/search-terms.ts';
import { decodeCursor, encodeCursor, type Page, pageSize } from './cursor.ts';
import { stretchesOf } from './search-stretches.ts';

/** A place in what was found: a row of the index, and an item of its case. */
type Place = [n: number, item: string];

/** Before all there is, and after the last item of a case. */
const first: Place = [2 ** 52, ''];
const lastItem = '\u{10FFFF}';

/** What was found of some rows of the index. */
export interface FoundRow<T> {
  n: number;
  item: string;
  row: T;
}

export interface Search<T> {
  /** Name of the list, for its cursors. */
  list: string;
  tenant: string;
  text: string;
  limit?: number | undefined;
  cursor?: string | undefined;
  /** What a reader may see and asks for of these rows of the index, in any order. */
  rowsOf: (db: Db, rows: number[]) => FoundRow<T>[];
  /** The rows beside which nothing is asked for, the highest first, where a filter leaves few. */
  narrow: (db: Db) => number[] | undefined;
}

/**
 * One page of what a full-text search finds, the newest case first. The work for a page is bounded: one that would take
 * more, of common words under filters that fit few of these cases, is short, and has a next one.
 *
 * @throws CursorInvalid
 */
export const searchPage = <T>(store: Store, search: Search<T>): Promise<Page<T>> =>
  store.read((db) => pageIn(db, search));

const pageIn = <T>(db: Db, search: Search<T>): Page<T> => {
  const { list, tenant, text, limit, cursor, rowsOf, narrow } = search;
  const match = searchQuery(tenant, text);
  const size = pageSize(limit);
  const after = (cursor === undefined ? first : decodeCursor(list, cursor, first)) as Place;
  if (match === null) return { items: [], next: null };
  const found: FoundRow<T>[] = [];
  // The case of the last item may have further ones.
  let below = after[0] + 1;
  for (const { rows, to } of stretchesOf(db, {
    match,
    below,
    size,
    narrow: () => narrow(db),
  })) {
    if (rows.length > 0)
      found.push(
        ...rowsOf(db, rows)
          .filter((each) => isAfter(each, after))
          .toSorted(byPlace),
      );
    const items = found.slice(0, size);
    const end = items.at(-1);
    if (found.length > size && end !== undefined) {
      return { items: items.map(({ row }) => row), next: encodeCursor(list, [end.n, end.item]) };
    }
    if (to === null) return { items: items.map(({ row }) => row), next: null };
    below = to;
  }
  return { items: found.map(({ row }) => row), next: encodeCursor(list, [below, lastItem]) };
};

const isAfter = ({ n, item }: FoundRow<unknown>, [afterN, afterItem]: Place): boolean =>
  n < afterN || (n === afterN && item > afterItem);

const byPlace = (one: FoundRow<unknown>, other: FoundRow<unknown>): number =>
  one.n === other.n ? (one.item < other.item ? -1 : 1) : other.n - one.n;
