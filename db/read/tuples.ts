import { type SQL, sql } from 'drizzle-orm';

const tuple = (parts: readonly string[]): SQL =>
  sql`(${sql.join(
    parts.map((part) => sql`${part}`),
    sql`, `,
  )})`;

/** Rows of texts to compare a row with; at least one. */
export const tuples = (each: readonly (readonly string[])[]): SQL =>
  sql`(values ${sql.join(each.map(tuple), sql`, `)})`;
