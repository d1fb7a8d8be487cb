import { sql } from 'drizzle-orm';
import type { Db } from '../open.ts';

/** Of these tasks, those that the store shows as somebody's, or as ended. */
export const takenTasksIn = (db: Db, tenant: string, taskIds: readonly string[]): Set<string> =>
  taskIds.length === 0
    ? new Set()
    : new Set(
        db
          .all<{ taskId: string }>(sql`
            select task_id as taskId from tasks
            where tenant = ${tenant} and task_id in (select value from json_each(${JSON.stringify(taskIds)}))
            and (status <> 'open' or assignee is not null)`)
          .map(({ taskId }) => taskId),
      );
