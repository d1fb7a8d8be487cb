import { sql } from 'drizzle-orm';
import { adHocState } from '../../machines/kernel/ad-hoc.ts';
import { excludedFacet } from '../case-facets.ts';
import type { Db } from '../open.ts';
import { personIn } from '../own/people.ts';
import { absentOf } from './absent-people.ts';
import { isHiddenIn } from './out-of-sight.ts';

/** Open cases, each once, that somebody has no part in, themselves or as one of the same matter. */
const concerned = sql`(
  select distinct f.tenant, f.case_id
  from (select distinct tenant from people) tenants
  cross join case_facets f indexed by case_facets_due on f.tenant = tenants.tenant
    and f.facet >= ${excludedFacet('')} and f.facet < ${`${excludedFacet('')}\u{10FFFF}`}
  join cases c on c.tenant = f.tenant and c.case_id = f.case_id
  where c.status = 'open' and c.mode is null) concerned`;

export interface TaskOfExcluded {
  tenant: string;
  taskId: string;
  caseId: string;
  assignee: string;
  because: 'excluded';
}

/** Open tasks of people who may not see their case: who reports to somebody excluded, or is it in another case of the matter. */
export const tasksOfExcludedIn = (db: Db, nowMs: number, limit: number): TaskOfExcluded[] =>
  db
    .all<Omit<TaskOfExcluded, 'because'>>(sql`
      select t.tenant, t.task_id as taskId, t.case_id as caseId, t.assignee
      from ${concerned} join tasks t on t.tenant = concerned.tenant and t.case_id = concerned.case_id
      where t.status = 'open' and t.assignee is not null
      order by t.due_sort, t.task_id`)
    .filter(({ tenant, caseId, assignee }) => isOut(db, tenant, caseId, assignee, nowMs))
    .slice(0, limit)
    .map((task) => ({ ...task, because: 'excluded' }));

export interface CaseOfExcluded {
  tenant: string;
  caseId: string;
  /** Null: the owner was taken out of the case. */
  owner: string | null;
  because: 'excluded';
  sinceMs: 0;
}

/** Open cases without an owner who may see them, while nobody is asked who could answer. An approval's owner is the asking case's. */
export const casesOfExcludedIn = (db: Db, nowMs: number, limit: number): CaseOfExcluded[] =>
  db
    .all<Pick<CaseOfExcluded, 'tenant' | 'caseId' | 'owner'>>(sql`
      with gone as (${absentOf(nowMs, 0)})
      select c.tenant, c.case_id as caseId, c.owner
      from ${concerned} join cases c on c.tenant = concerned.tenant and c.case_id = concerned.case_id
      where json_extract(c.state, '$.signing') is null and not exists (
        select 1 from tasks t where t.tenant = c.tenant and t.case_id = c.case_id and t.status = 'open'
        and (t.state = ${adHocState('owner')} or t.state = ${adHocState('handover')} and not exists (
          select 1 from gone where gone.tenant = t.tenant and gone.person_id = t.assignee)))
      order by c.due_sort, c.case_id`)
    .filter(({ tenant, caseId, owner }) => owner === null || isOut(db, tenant, caseId, owner, nowMs))
    .slice(0, limit)
    .map((found) => ({ ...found, because: 'excluded', sinceMs: 0 }));

const isOut = (db: Db, tenant: string, caseId: string, personId: string, nowMs: number): boolean => {
  const person = personIn(db, tenant, personId, nowMs);
  return person !== undefined && isHiddenIn(db, person, caseId);
};
