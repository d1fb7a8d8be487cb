import { and, eq, sql } from 'drizzle-orm';
import { taskDueIn } from '../../machines/kernel/due.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { dueSort } from '../due-sort.ts';
import { groupKey } from '../group-key.ts';
import type { Db } from '../open.ts';
import { excluded, perConnection, slots } from '../prepared.ts';
import { tasks } from '../schema/index.ts';
import { changedKeys } from './changed-keys.ts';
import { taskPriority } from './task-priority.ts';

const statements = perConnection((db) => ({
  upsert: db
    .insert(tasks)
    .values(slots(tasks))
    .onConflictDoUpdate({
      target: [tasks.tenant, tasks.taskId],
      set: {
        ...excluded(tasks, ['tenant', 'taskId', 'caseId', 'assignedAt']),
        assignedAt: sql`coalesce(${tasks.assignedAt}, excluded."assigned_at")`,
      },
    })
    .prepare(),
  dropOpen: db
    .delete(tasks)
    .where(
      and(
        eq(tasks.tenant, sql.placeholder('tenant')),
        eq(tasks.taskId, sql.placeholder('taskId')),
        sql`${tasks.status} = 'open'`,
      ),
    )
    .prepare(),
}));

/**
 * Writes the tasks that changed, and the open ones whose date moves: most stand under the case's tightest deadline, some
 * have a date of their own. A closed task that the case no longer carries stays in the list of the case's
 * past work; an open one would be work that nobody can do, and goes.
 */
export const writeTasks = (db: Db, state: CaseState, before: CaseState | undefined): void => {
  const { upsert, dropOpen } = statements(db);
  const { tenant, caseId, definition } = state;
  const dueNow = taskDueIn(state);
  const dueBefore = before ? taskDueIn(before) : dueNow;
  const { written, removed } = changedKeys(before?.tasks ?? {}, state.tasks);
  const changed = new Set(written.map(([taskId]) => taskId));
  for (const [taskId, task] of Object.entries(state.tasks)) {
    const open = task.status === 'open';
    // A closed task keeps the date that it stood under.
    const dueAt = open ? dueNow(task) : dueBefore(task);
    if (!changed.has(taskId) && !(open && dueAt !== dueBefore(task))) continue;
    upsert.run({
      tenant,
      taskId,
      caseId,
      caseNumber: state.number,
      caseKind: state.kind,
      definitionId: definition.id,
      state: task.state,
      status: task.status,
      role: task.role,
      department: task.department ?? null,
      groupKey: groupKey(task.role, task.department),
      assignee: task.assignee,
      priority: taskPriority(db, tenant, definition.hash, task.state),
      openedAt: task.openedAt,
      dueAt,
      dueSort: dueSort(dueAt),
      closedAt: task.closedAt ?? null,
      completedBy: task.completedBy ?? null,
      outcome: task.outcome ?? null,
      assignedAt: task.assignee === null ? null : state.clockAt,
    });
  }
  for (const [taskId] of removed) dropOpen.run({ tenant, taskId });
};
