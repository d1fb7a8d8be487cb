import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** The condition that a number is one of these; one parameter, however many there are. */
export const isOneOf = (column: SQLWrapper, numbers: readonly number[]): SQL =>
  sql`${column} in (select value from json_each(${JSON.stringify(numbers)}))`;
