import { getTableColumns, type Placeholder, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Db } from './open.ts';

/** Prepared statements, built once for each connection. */
export const perConnection = <T>(build: (db: Db) => T): ((db: Db) => T) => {
  const built = new WeakMap<Db, T>();
  return (db) => {
    const found = built.get(db);
    if (found !== undefined) return found;
    const made = build(db);
    built.set(db, made);
    return made;
  };
};

/** A placeholder for each column of a table, named like the column's key. */
export const slots = <T extends SQLiteTable>(table: T): { [K in keyof T['$inferInsert']]-?: Placeholder } =>
  Object.fromEntries(Object.keys(getTableColumns(table)).map((key) => [key, sql.placeholder(key)])) as {
    [K in keyof T['$inferInsert']]-?: Placeholder;
  };

/** For an upsert: every column of the row that was to be inserted. */
export const excluded = <T extends SQLiteTable>(table: T, except: (keyof T['$inferInsert'] & string)[]) =>
  Object.fromEntries(
    Object.entries(getTableColumns(table))
      .filter(([key]) => !(except as string[]).includes(key))
      .map(([key, column]) => [key, sql.raw(`excluded."${column.name}"`)]),
  );
