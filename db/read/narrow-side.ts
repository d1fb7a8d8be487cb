import { eq, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db } from '../open.ts';
import { type caseFacets, type cases, searchRows, tasks } from '../schema/index.ts';
import { givenIds, isGiven } from './given-ids.ts';

/** Rows of an index with which a filter is narrow; of tasks, whose indexes do not name the case, each row must be read too. */
const narrowMax = 5_000;
const narrowTasksMax = 2_500;

/** Part of an index. */
export interface IndexRange {
  table: typeof cases | typeof caseFacets | typeof tasks;
  index: string;
  where: SQL | undefined;
}

/** Ranges that together hold every case that a search may show; a search has a side for each of its filters. */
export type Side = IndexRange[];

/**
 * The rows of the full-text index of the cases on the narrowest of these sides, each once, the newest first; undefined where
 * all are wide.
 */
export const narrowRows = (db: Db, sides: Side[]): number[] | undefined => {
  const rows = narrowestOf(db, sides)?.flatMap((range) => rowsIn(db, range));
  return rows === undefined ? undefined : [...new Set(rows)].toSorted((a, b) => b - a);
};

/** The rows of the full-text index of these cases, the newest first. */
export const rowsOfCases = (db: Db, tenant: string, caseIds: readonly string[]): number[] =>
  db
    .all<{ n: number }>(
      sql`select ${searchRows.n} as n from ${givenIds(caseIds)} cross join ${searchRows}
        where ${searchRows.tenant} = ${tenant} and ${isGiven(searchRows.caseId)} order by ${searchRows.n} desc`,
    )
    .map(({ n }) => n);

/** The cases on the narrowest of these sides, each once; undefined where all are wide, or what a search walks is not. */
export const narrowCaseIds = (db: Db, walked: IndexRange, sides: Side[]): string[] | undefined => {
  if (narrowestOf(db, [[walked]]) !== undefined) return undefined;
  const caseIds = narrowestOf(db, sides)?.flatMap((range) => caseIdsIn(db, range));
  return caseIds === undefined ? undefined : [...new Set(caseIds)];
};

/** Of a wide side no more is read than tells so. */
const narrowestOf = (db: Db, sides: Side[]): Side | undefined => {
  let narrowest: Side | undefined;
  let fewest = narrowMax + 1;
  for (const side of sides) {
    const most = side.some(({ table }) => table === tasks) ? narrowTasksMax : narrowMax;
    const max = Math.min(most + 1, fewest);
    const count = countUpTo(db, side, max);
    if (count < max) [narrowest, fewest] = [side, count];
  }
  return narrowest;
};

const countUpTo = (db: Db, side: Side, max: number): number => {
  let count = 0;
  for (const { table, index, where } of side) {
    if (count >= max) break;
    const some = sql`select 1 from ${table} indexed by ${sql.identifier(index)} where ${where} limit ${max - count}`;
    count += db.get<{ n: number }>(sql`select count(*) as n from (${some})`).n;
  }
  return count;
};

const rowsIn = (db: Db, { table, index, where }: IndexRange): number[] =>
  db
    .all<{ n: number }>(
      sql`select ${searchRows.n} as n from ${table} indexed by ${sql.identifier(index)} cross join ${searchRows}
        where ${where} and ${isSameCase(table)}`,
    )
    .map(({ n }) => n);

const caseIdsIn = (db: Db, { table, index, where }: IndexRange): string[] =>
  db
    .all<{ caseId: string }>(
      sql`select ${table.caseId} as "caseId" from ${table} indexed by ${sql.identifier(index)} where ${where}`,
    )
    .map(({ caseId }) => caseId);

const isSameCase = ({ tenant, caseId }: { tenant: SQLiteColumn; caseId: SQLiteColumn }): SQL =>
  sql`${eq(searchRows.tenant, tenant)} and ${eq(searchRows.caseId, caseId)}`;
