import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/**
 * Ids as a table, to join from: as a list of values SQLite takes them for more than an index that every row fits, and
 * walks that. One parameter, however many there are.
 */
export const givenIds = (ids: readonly string[]): SQL => sql`json_each(${JSON.stringify(ids)}) given`;

/** The condition that a row is of the id that is joined. */
export const isGiven = (column: SQLWrapper): SQL => sql`${column} = given.value`;
