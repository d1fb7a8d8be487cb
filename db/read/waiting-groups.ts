import { sql } from 'drizzle-orm';
import type { Store } from '../open.ts';

/** Whom unclaimed tasks wait for; without a role: anybody of the department. */
export interface WaitingGroup {
  tenant: string;
  groupKey: string;
  role: string;
  department: string | null;
}

/** Groups that one look finds at most. */
const groupsMax = 5_000;

/** Each group that an open task waits for which nobody has. One seek of the index for each, however many tasks wait. */
export const waitingGroups = (store: Store): Promise<WaitingGroup[]> =>
  store.read((db) => {
    const found: WaitingGroup[] = [];
    let last: Pick<WaitingGroup, 'tenant' | 'groupKey'> = { tenant: '', groupKey: '' };
    while (found.length < groupsMax) {
      const [next] = db.all<WaitingGroup>(sql`
        select tenant, group_key as groupKey, role, department from tasks indexed by tasks_candidate_due
        where status = 'open' and assignee is null and (tenant, group_key) > (${last.tenant}, ${last.groupKey})
        order by tenant, group_key limit 1`);
      if (!next) {
        break;
      }
      found.push(next);
      last = next;
    }
    return found;
  });

/** A task that nobody has. */
export interface WaitingTask {
  tenant: string;
  taskId: string;
  caseId: string;
}

/** Tasks that are read at once. */
const pageMax = 100;

/** The tasks that wait for a group, the first due first; read on as they are asked for. */
export async function* waitingTasks(
  store: Store,
  { tenant, groupKey }: Pick<WaitingGroup, 'tenant' | 'groupKey'>,
): AsyncGenerator<WaitingTask> {
  let last = { dueSort: '', taskId: '' };
  for (;;) {
    const page = await store.read((db) =>
      db.all<WaitingTask & { dueSort: string }>(sql`
        select tenant, task_id as taskId, case_id as caseId, due_sort as dueSort
        from tasks indexed by tasks_candidate_due
        where tenant = ${tenant} and group_key = ${groupKey} and status = 'open' and assignee is null
        and (due_sort, task_id) > (${last.dueSort}, ${last.taskId})
        order by due_sort, task_id limit ${pageMax}`),
    );
    yield* page.map(({ dueSort: _, ...task }) => task);
    const end = page.at(-1);
    if (end === undefined || page.length < pageMax) return;
    last = end;
  }
}
