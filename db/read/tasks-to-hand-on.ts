import { sql } from 'drizzle-orm';
import type { Store } from '../open.ts';

/** An open task whose assignee cannot do it now. */
export interface TaskToHandOn {
  tenant: string;
  taskId: string;
  caseId: string;
  assignee: string;
  because: 'away' | 'left' | 'right-ended' | 'excluded';
}

/**
 * Open tasks of people who are away or have left, and those of substitutes that may be for a role which they only had
 * while they stood in; whoever asks looks at the latter more closely.
 */
export const tasksToHandOn = (store: Store, nowMs: number, limit: number): Promise<TaskToHandOn[]> =>
  store.read((db) =>
    db.all<TaskToHandOn>(sql`
      with unable(tenant, person_id, because) as (
        select tenant, person_id, 'left' from people where status = 'disabled' and open_tasks > 0
        union
        select a.tenant, a.person_id, 'away' from absences a join people p using (tenant, person_id)
          where a.status = 'active' and a.from_ms <= ${nowMs} and a.until_ms > ${nowMs} and p.status = 'active'
        union
        select d.tenant, d.delegate_id, 'right-ended' from delegations d
          join people p on p.tenant = d.tenant and p.person_id = d.delegate_id and p.status = 'active'
          where d.kind = 'substitution' and p.open_tasks > 0 and not exists (
            select 1 from absences a where a.tenant = d.tenant and a.person_id = d.delegate_id
            and a.status = 'active' and a.from_ms <= ${nowMs} and a.until_ms > ${nowMs})
      )
      select t.tenant, t.task_id as taskId, t.case_id as caseId, t.assignee, unable.because
      from unable join tasks t on t.tenant = unable.tenant and t.assignee = unable.person_id
      where t.status = 'open' and t.assignee is not null and (unable.because <> 'right-ended' or not exists (
        select 1 from person_groups g where g.tenant = t.tenant and g.person_id = t.assignee
        and g.kind = 'role' and g.name = t.role
        and (g.from_ms is null or g.from_ms <= ${nowMs}) and (g.until_ms is null or g.until_ms > ${nowMs})))
      order by t.due_sort, t.task_id limit ${limit}`),
  );
