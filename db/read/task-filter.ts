import { and, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { noDueDate } from '../due-sort.ts';
import { tasks } from '../schema/index.ts';

/**
 * Whose open tasks: one person's own; those that holders of these keys may claim; all of these keys' tasks,
 * claimed or not; all of the tenant's.
 */
export type TaskView =
  | { view: 'mine'; personId: string }
  | { view: 'candidate' | 'team'; groupKeys: string[] }
  | { view: 'all' };

export interface TaskFilter {
  kind?: string;
  /** RFC 3339: due before this instant. */
  dueBefore?: string;
  /** RFC 3339, the present: due at or before it. */
  overdueAt?: string;
  /** The beginning of a case number. */
  q?: string;
  /** Of these cases only; what the vault's exact search found. */
  caseIds?: string[];
}

/** The whole range of a prefix, by which an index can be used. */
export const startsWith = (column: SQLiteColumn, prefix: string): SQL =>
  sql`${column} >= ${prefix} and ${column} < ${`${prefix}\u{10FFFF}`}`;

// A partial index is used only where its condition stands in the query word for word, not as a parameter.
const open = sql`${tasks.status} = 'open'`;

/** The conditions of one view; views over several keys are one range of the index for each key. */
export const viewConditions = (tenant: string, view: TaskView): SQL[] => {
  const base = and(eq(tasks.tenant, tenant), open) ?? open;
  switch (view.view) {
    case 'mine':
      return [sql`${base} and ${tasks.assignee} = ${view.personId} and ${tasks.assignee} is not null`];
    case 'candidate':
      return view.groupKeys.map(
        (key) => sql`${base} and ${tasks.groupKey} = ${key} and ${tasks.assignee} is null`,
      );
    case 'team':
      return view.groupKeys.map((key) => sql`${base} and ${tasks.groupKey} = ${key}`);
    case 'all':
      return [base];
  }
};

export const filterConditions = (filter: TaskFilter): SQL[] => {
  const conditions: SQL[] = [];
  if (filter.kind !== undefined) conditions.push(eq(tasks.caseKind, filter.kind));
  if (filter.dueBefore !== undefined) conditions.push(lt(tasks.dueSort, filter.dueBefore));
  if (filter.overdueAt !== undefined) {
    conditions.push(sql`${tasks.dueSort} <= ${filter.overdueAt} and ${lt(tasks.dueSort, noDueDate)}`);
  }
  if (filter.q !== undefined) conditions.push(startsWith(tasks.caseNumber, filter.q));
  if (filter.caseIds !== undefined) conditions.push(inArray(tasks.caseId, filter.caseIds));
  return conditions;
};
