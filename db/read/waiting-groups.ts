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

/** The tasks that wait for a group, the first due first. */
export const waitingTasks = (
  store: Store,
  { tenant, groupKey }: WaitingGroup,
  limit: number,
): Promise<{ taskId: string; caseId: string }[]> =>
  store.read((db) =>
    db.all<{ taskId: string; caseId: string }>(sql`
      select task_id as taskId, case_id as caseId from tasks indexed by tasks_candidate_due
      where tenant = ${tenant} and group_key = ${groupKey} and status = 'open' and assignee is null
      order by due_sort, task_id limit ${limit}`),
  );
