import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Task } from '../../machines/kernel/state.ts';

/**
 * The worklist. Number and kind of the case stand beside each task, so that a page of the list is one range
 * of one index. The indexes hold open tasks only: their size follows the work in hand, not the archive. Each
 * ends with the columns that a list may filter by, so that a filter reads no row it does not show.
 */
export const tasks = sqliteTable(
  'tasks',
  {
    tenant: text().notNull(),
    taskId: text('task_id').notNull(),
    caseId: text('case_id').notNull(),
    caseNumber: text('case_number').notNull(),
    caseKind: text('case_kind').notNull(),
    definitionId: text('definition_id').notNull(),
    state: text().notNull(),
    status: text().$type<Task['status']>().notNull(),
    role: text().notNull(),
    department: text(),
    /** Who may do it: `groupKey(role, department)`, matched with the keys an actor holds. */
    groupKey: text('group_key').notNull(),
    assignee: text(),
    /** 0 high, 1 normal, 2 low. */
    priority: integer().notNull(),
    openedAt: text('opened_at').notNull(),
    dueAt: text('due_at'),
    /** `dueAt`, or `noDueDate`: what lists sort by. */
    dueSort: text('due_sort').notNull(),
    closedAt: text('closed_at'),
    completedBy: text('completed_by'),
    outcome: text(),
    /** When it first had an assignee; null: never, or before this was kept. */
    assignedAt: text('assigned_at'),
  },
  (t) => {
    const open = sql`status = 'open'`;
    const unclaimed = sql`status = 'open' and assignee is null`;
    const claimed = sql`status = 'open' and assignee is not null`;
    return [
      primaryKey({ columns: [t.tenant, t.taskId] }),
      index('tasks_case').on(t.tenant, t.caseId, t.openedAt),
      index('tasks_number').on(t.tenant, t.caseNumber, t.taskId).where(open),

      index('tasks_mine_due').on(t.tenant, t.assignee, t.dueSort, t.taskId, t.caseKind).where(claimed),
      index('tasks_mine_opened')
        .on(t.tenant, t.assignee, t.openedAt, t.taskId, t.dueSort, t.caseKind)
        .where(claimed),
      index('tasks_mine_priority')
        .on(t.tenant, t.assignee, t.priority, t.dueSort, t.taskId, t.caseKind)
        .where(claimed),

      index('tasks_candidate_due').on(t.tenant, t.groupKey, t.dueSort, t.taskId, t.caseKind).where(unclaimed),
      index('tasks_candidate_opened')
        .on(t.tenant, t.groupKey, t.openedAt, t.taskId, t.dueSort, t.caseKind)
        .where(unclaimed),
      index('tasks_candidate_priority')
        .on(t.tenant, t.groupKey, t.priority, t.dueSort, t.taskId, t.caseKind)
        .where(unclaimed),

      index('tasks_team_due').on(t.tenant, t.groupKey, t.dueSort, t.taskId, t.caseKind).where(open),
      index('tasks_team_opened')
        .on(t.tenant, t.groupKey, t.openedAt, t.taskId, t.dueSort, t.caseKind)
        .where(open),
      index('tasks_team_priority')
        .on(t.tenant, t.groupKey, t.priority, t.dueSort, t.taskId, t.caseKind)
        .where(open),

      index('tasks_all_due').on(t.tenant, t.dueSort, t.taskId, t.caseKind).where(open),
      index('tasks_all_opened').on(t.tenant, t.openedAt, t.taskId, t.dueSort, t.caseKind).where(open),
      index('tasks_all_priority').on(t.tenant, t.priority, t.dueSort, t.taskId, t.caseKind).where(open),
    ];
  },
);
