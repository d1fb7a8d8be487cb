import { and, eq, sql } from 'drizzle-orm';
import { tightestDueAt } from '../../machines/kernel/due.ts';
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
 * Writes the tasks that changed, and all open ones when the case's tightest deadline moves; a task that a person
 * added with a date of its own stands under that. A closed task that the case no longer carries stays in the list of the case's
 * past work; an open one would be work that nobody can do, and goes.
 */
export const writeTasks = (db: Db, state: CaseState, before: CaseState | undefined): void => {
  const { upsert, dropOpen } = statements(db);
  const { tenant, caseId, definition } = state;
  const dueAt = tightestDueAt(state);
  const dueAtBefore = before ? tightestDueAt(before) : dueAt;
  const { written, removed } = changedKeys(before?.tasks ?? {}, state.tasks);
  const changed = new Set(written.map(([taskId]) => taskId));
  for (const [taskId, task] of Object.entries(state.tasks)) {
    const open = task.status === 'open';
    if (!changed.has(taskId) && !(open && dueAt !== dueAtBefore)) continue;
    // A closed task keeps the date that it stood under.
    const taskDueAt = task.adHoc?.dueAt ?? (open ? dueAt : dueAtBefore);
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
      dueAt: taskDueAt,
      dueSort: dueSort(taskDueAt),
      closedAt: task.closedAt ?? null,
      completedBy: task.completedBy ?? null,
      outcome: task.outcome ?? null,
      assignedAt: task.assignee === null ? null : state.clockAt,
    });
  }
  for (const [taskId] of removed) dropOpen.run({ tenant, taskId });
};
