import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { tasks } from '../schema/index.ts';
import { givenIds } from './given-ids.ts';
import { type HiddenState, inVisibleState } from './hidden-states.ts';
import { inStates, type StateOfKind } from './in-states.ts';
import type { Nearness } from './near-cases.ts';
import { inSight, type Sight } from './sight.ts';

/**
 * Whose open tasks: one person's own, and those of whom they stand in for; those that holders of these keys may claim; all of these keys' tasks,
 * claimed or not; all of the tenant's.
 */
export type TaskView =
  | { view: 'mine'; personId: string; actsFor?: string[]; lentByKind?: LentByKind[] }
  | { view: 'candidate' | 'team'; groupKeys: string[]; lentByKind?: LentByKind[] }
  | { view: 'all' };

/** Work that somebody was lent in one kind of case alone, beside what they have in every kind. */
export interface LentByKind {
  kind: string;
  actsFor: string[];
  groupKeys: string[];
}

export interface TaskFilter {
  kind?: string;
  /** Of these states only. */
  states?: StateOfKind[];
  /** RFC 3339: due before this instant. */
  dueBefore?: string;
  /** RFC 3339, the present: due at or before it. */
  overdueAt?: string;
  /** The beginning of a case number. */
  q?: string;
  /** Of these cases only; what the vault's exact search found. */
  caseIds?: string[];
  /** Only of cases that the reader may see. */
  sight?: Sight;
  /** Without the tasks of these states: they are marked for others. */
  hiddenStates?: HiddenState[];
}

/**
 * The query without what its view answers for anyway: whoever has a task, or whose group it is for, is near to its case where
 * that counts as near at all.
 */
export const nearByView = <Q extends TaskView & TaskFilter>(query: Q): Q => {
  const { sight } = query;
  if (sight?.near === undefined || !isNearByView(sight.near, query)) return query;
  return { ...query, sight: { hiding: sight.hiding } };
};

const isNearByView = ({ holders, claimable, groups, lentByKind }: Nearness, view: TaskView): boolean => {
  // What is lent by kind brings near what nobody has, or they whose work it is: not all that a team's view shows.
  if (
    view.view !== 'all' &&
    view.lentByKind !== undefined &&
    (lentByKind === undefined || view.view === 'team')
  ) {
    return false;
  }
  switch (view.view) {
    case 'mine':
      return assigneesOf(view).every((id) => holders.includes(id));
    case 'candidate':
      return view.groupKeys.every((key) => claimable.includes(key));
    case 'team':
      return view.groupKeys.every((key) => groups.includes(key));
    case 'all':
      return false;
  }
};

/** The whole range of a prefix, by which an index can be used. */
export const startsWith = (column: SQLiteColumn, prefix: string): SQL =>
  sql`${column} >= ${prefix} and ${column} < ${`${prefix}\u{10FFFF}`}`;

// A partial index is used only where its condition stands in the query word for word, not as a parameter.
const open = sql`${tasks.status} = 'open'`;

export const assigneesOf = ({ personId, actsFor = [] }: Extract<TaskView, { view: 'mine' }>): string[] => [
  ...new Set([personId, ...actsFor]),
];

/** The conditions of one view; a view over several keys is one range of its index for each key. */
export const viewRanges = (tenant: string, view: TaskView): SQL[] => {
  const base = sql`${tasks.tenant} = ${tenant} and ${open}`;
  if (view.view === 'all') {
    return [base];
  }
  const rangesOf = (own: Pick<LentByKind, 'actsFor' | 'groupKeys'>): SQL[] => {
    switch (view.view) {
      case 'mine':
        return own.actsFor.map((id) => sql`${base} and ${tasks.assignee} = ${id}`);
      case 'candidate':
        return own.groupKeys.map(
          (key) => sql`${base} and ${tasks.groupKey} = ${key} and ${tasks.assignee} is null`,
        );
      case 'team':
        return own.groupKeys.map((key) => sql`${base} and ${tasks.groupKey} = ${key}`);
    }
  };
  const inEveryKind =
    view.view === 'mine'
      ? { actsFor: assigneesOf(view), groupKeys: [] }
      : { actsFor: [], groupKeys: view.groupKeys };
  return [
    ...rangesOf(inEveryKind),
    ...(view.lentByKind ?? []).flatMap((lent) =>
      rangesOf(lent).map((range) => sql`${range} and +${tasks.caseKind} = ${lent.kind}`),
    ),
  ];
};

/** Ranges that one query joins; SQLite takes 500. */
const rangesMax = 100;

/**
 * What a query of this view reads: ranges of the view's index, or of the index of all open tasks where the view has too many
 * keys for that. Nothing of a view is left out.
 */
export const viewReads = (tenant: string, view: TaskView): { by: TaskView['view']; ranges: SQL[] } => {
  const ranges = viewRanges(tenant, view);
  return ranges.length > rangesMax
    ? { by: 'all', ranges: [viewCondition(tenant, view)] }
    : { by: view.view, ranges };
};

/**
 * The table, read through the index of this view and order. Left to itself SQLite takes the team's index for the
 * candidates' view as well and passes over all that is claimed; and what it takes may change with its statistics.
 */
export const tasksBy = (view: TaskView['view'], order: 'due' | 'opened' | 'priority'): SQL =>
  sql`${tasks} indexed by ${sql.identifier(`tasks_${view}_${order}`)}`;

/** The same as one condition on rows that another index finds; the plus sign keeps the view's own index out. */
export const viewCondition = (tenant: string, view: TaskView): SQL => {
  const base = sql`${tasks.tenant} = ${tenant} and ${open}`;
  if (view.view === 'all') {
    return base;
  }
  const held = (persons: string[], groupKeys: string[]): SQL =>
    view.view === 'mine' ? sql`+${tasks.assignee} in ${persons}` : sql`+${tasks.groupKey} in ${groupKeys}`;
  const ways = [
    view.view === 'mine' ? held(assigneesOf(view), []) : held([], view.groupKeys),
    ...(view.lentByKind ?? []).map(
      ({ kind, actsFor, groupKeys }) => sql`(+${tasks.caseKind} = ${kind} and ${held(actsFor, groupKeys)})`,
    ),
  ];
  const unclaimed = view.view === 'candidate' ? sql` and +${tasks.assignee} is null` : sql``;
  return sql`${base} and (${sql.join(ways, sql` or `)})${unclaimed}`;
};

/** Whether nobody's work is asked for: without any key there is nothing to find. */
export const isOfNobody = (view: TaskView): boolean =>
  'groupKeys' in view && view.groupKeys.length === 0 && view.lentByKind === undefined;

/** `byDue`: the list walks its index by due date, so that a bound of the date is a bound of the range. */
export const filterConditions = (filter: TaskFilter, { byDue }: { byDue: boolean }): SQL[] => {
  const conditions: SQL[] = [];
  const due = byDue ? sql`${tasks.dueSort}` : sql`+${tasks.dueSort}`;
  if (filter.kind !== undefined) conditions.push(sql`+${tasks.caseKind} = ${filter.kind}`);
  if (filter.states !== undefined) conditions.push(inStates(filter.states, tasks));
  if (filter.dueBefore !== undefined) conditions.push(sql`${due} < ${filter.dueBefore}`);
  if (filter.overdueAt !== undefined) conditions.push(sql`${due} <= ${filter.overdueAt}`);
  if (filter.q !== undefined) conditions.push(startsWith(tasks.caseNumber, filter.q));
  if (filter.caseIds !== undefined) {
    conditions.push(sql`${tasks.caseId} in (select given.value from ${givenIds(filter.caseIds)})`);
  }
  const seen = inSight(filter.sight, tasks);
  if (seen !== undefined) conditions.push(seen);
  const visible = inVisibleState(filter.hiddenStates, tasks);
  if (visible !== undefined) conditions.push(visible);
  return conditions;
};
