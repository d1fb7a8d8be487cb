import { and, eq, inArray } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { cases, tasks } from '../schema/index.ts';
import type { CaseRow } from './get-case.ts';
import type { TaskRow } from './list-tasks.ts';

/** These cases with their whole state, by their ids; at most as many as a page or a batch holds. */
export const getCases = async (
  store: Store,
  tenant: string,
  caseIds: readonly string[],
): Promise<Map<string, CaseRow>> => {
  const rows = await store.read((db) =>
    db
      .select()
      .from(cases)
      .where(and(eq(cases.tenant, tenant), inArray(cases.caseId, [...new Set(caseIds)])))
      .all(),
  );
  return new Map(rows.map((row) => [row.caseId, row]));
};

/** These tasks, by their ids; at most as many as a batch holds. */
export const getTasks = async (
  store: Store,
  tenant: string,
  taskIds: readonly string[],
): Promise<Map<string, TaskRow>> => {
  const rows = await store.read((db) =>
    db
      .select()
      .from(tasks)
      .where(and(eq(tasks.tenant, tenant), inArray(tasks.taskId, [...new Set(taskIds)])))
      .all(),
  );
  return new Map(rows.map((row) => [row.taskId, row]));
};
