import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { searchQuery } from '../search/search-terms.ts';
import { decodeCursor, encodeCursor, type Page, pageSize } from './cursor.ts';

/** Rows of the index that are looked at together, and for one page at most. */
const batchMax = 500;
const scannedMax = 3_000;
/** Cases of a person up to which a search keeps to them from the start. */
export const amongMax = 1_000;

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

/** The condition that a row of the index is one of these; one parameter, however many there are. */
export const isOneOf = (column: SQLWrapper, rows: readonly number[]): SQL =>
  sql`${column} in (select value from json_each(${JSON.stringify(rows)}))`;

export interface Search {
  /** Name of the list, for its cursors. */
  list: string;
  text: string;
  /** Rows of the index, at most `amongMax`, beside which nothing is asked for. */
  among?: number[] | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/**
 * One page of what a full-text search finds, the newest case first. It goes through the index a batch at a time, so that a
 * common word with a narrow filter holds nobody up: such a page may be short and have a next one.
 *
 * @param rowsOf what a reader may see and asks for of these rows, in any order
 * @throws CursorInvalid
 */
export const searchPage = async <T>(
  store: Store,
  { list, text, among, limit, cursor }: Search,
  rowsOf: (rows: number[]) => Promise<FoundRow<T>[]>,
): Promise<Page<T>> => {
  const match = searchQuery(text);
  const size = pageSize(limit);
  const after = (cursor === undefined ? first : decodeCursor(list, cursor, first)) as Place;
  const found: FoundRow<T>[] = [];
  // The case of the last item may have further ones.
  let below = after[0] + 1;
  for (let scanned = 0; match !== null && scanned < scannedMax; scanned += batchMax) {
    const rows = await matchingRows(store, match, { below, among });
    const last = rows.at(-1);
    if (last !== undefined) {
      below = last;
      found.push(...(await rowsOf(rows)).filter((each) => isAfter(each, after)).toSorted(byPlace));
    }
    if (found.length > size || rows.length < batchMax) {
      const items = found.slice(0, size);
      const end = items.at(-1);
      const more = found.length > size && end !== undefined;
      return {
        items: items.map(({ row }) => row),
        next: more ? encodeCursor(list, [end.n, end.item]) : null,
      };
    }
  }
  return {
    items: found.map(({ row }) => row),
    next: match === null ? null : encodeCursor(list, [below, lastItem]),
  };
};

const isAfter = ({ n, item }: FoundRow<unknown>, [afterN, afterItem]: Place): boolean =>
  n < afterN || (n === afterN && item > afterItem);

const byPlace = (one: FoundRow<unknown>, other: FoundRow<unknown>): number =>
  one.n === other.n ? (one.item < other.item ? -1 : 1) : other.n - one.n;

// The driver binds numbers as reals, by which the index would not bound its rows.
const matchingRows = (
  store: Store,
  match: string,
  { below, among }: { below: number; among: number[] | undefined },
): Promise<number[]> =>
  store.read((db) =>
    db
      .all<{ n: number }>(
        sql`select rowid as n from case_search where case_search match ${match} and rowid < cast(${below} as integer) ${
          // With the plus sign each match is looked up among the rows: the index would be asked for each row instead.
          among === undefined ? sql`` : sql`and ${isOneOf(sql`+rowid`, among)}`
        } order by rowid desc limit ${batchMax}`,
      )
      .map(({ n }) => n),
  );
