/** A page of a list; `next` is null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** The cursor was not made by this list with this order. */
export class CursorInvalid extends Error {
  readonly code = 'CURSOR_INVALID';
  constructor() {
    super('The cursor does not belong to this list and order');
    this.name = 'CursorInvalid';
  }
}

export type CursorKey = string | number;

export const pageSizeMax = 200;
export const pageSizeDefault = 50;

/** Longest cursor that is looked at, in characters. */
const cursorCharsMax = 2_000;

/** Opaque to clients: the list and its order, and the sort key of the last item shown. */
export const encodeCursor = (list: string, keys: CursorKey[]): string =>
  Buffer.from(JSON.stringify([list, ...keys])).toString('base64url');

const partsOf = (cursor: string): unknown[] => {
  if (cursor.length > cursorCharsMax) throw new CursorInvalid();
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts)) return parts;
  } catch {
    // It is none, as below.
  }
  throw new CursorInvalid();
};

/**
 * By which list and order a cursor was made, as it says itself.
 * @throws CursorInvalid
 */
export const listOfCursor = (cursor: string): string => String(partsOf(cursor)[0]);

/**
 * The sort key that a cursor holds; each part has the type of the sample beside it.
 * @throws CursorInvalid
 */
export const decodeCursor = (list: string, cursor: string, like: CursorKey[]): CursorKey[] => {
  const parts = partsOf(cursor);
  if (parts.length !== like.length + 1 || parts[0] !== list) throw new CursorInvalid();
  const keys: unknown[] = parts.slice(1);
  const fits = (key: unknown, i: number): key is CursorKey => typeof key === typeof like[i];
  if (!keys.every(fits)) throw new CursorInvalid();
  return keys;
};

export const pageSize = (limit: number | undefined): number =>
  Math.min(Math.max(1, Math.trunc(limit ?? pageSizeDefault)), pageSizeMax);

/** Cuts the one row too many that tells whether there is a next page. */
export const pageOf = <T>(rows: T[], limit: number, cursor: (last: T) => string): Page<T> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursor(last) : null };
};
