import { sql } from 'drizzle-orm';
import { adHocState } from '../../machines/kernel/ad-hoc.ts';
import { excludedFacet } from '../case-facets.ts';
import type { Db, Store } from '../open.ts';
import { personIn } from '../own/people.ts';
import { absentOf } from './absent-people.ts';
import { hidingFacetsIn } from './out-of-sight.ts';

const from = excludedFacet('');
const to = `${from}\u{10FFFF}`;

/** Open cases, each once, that somebody has no part in, themselves or as one of the same matter. */
const concerned = sql`(
  select distinct f.tenant, f.case_id
  from (select distinct tenant from people) tenants
  cross join case_facets f indexed by case_facets_due
    on f.tenant = tenants.tenant and f.facet >= ${from} and f.facet < ${to}
  join cases c on c.tenant = f.tenant and c.case_id = f.case_id
  where c.status = 'open' and c.mode is null) concerned`;

/** Whose exclusion keeps people out of a row's case, as a JSON array of facets. */
const facetsOf = (row: string) => sql`(
  select json_group_array(k.facet) from case_facets k where k.tenant = ${sql.raw(row)}.tenant
  and k.case_id = ${sql.raw(row)}.case_id and k.facet >= ${from} and k.facet < ${to})`;

export interface TaskOfExcluded {
  tenant: string;
  taskId: string;
  caseId: string;
  assignee: string;
  because: 'excluded';
}

/**
 * Open tasks of people who may not see their case, the most urgent first: who reports to somebody excluded, or is excluded
 * from another case of the matter.
 */
export const tasksOfExcluded = (store: Store, nowMs: number, limit: number): Promise<TaskOfExcluded[]> =>
  store.read((db) => {
    const isOut = createIsOut(db, nowMs);
    return db
      .all<Omit<TaskOfExcluded, 'because'> & { facets: string }>(sql`
        select t.tenant, t.task_id as taskId, t.case_id as caseId, t.assignee, ${facetsOf('t')} as facets
        from ${concerned} join tasks t on t.tenant = concerned.tenant and t.case_id = concerned.case_id
        where t.status = 'open' and t.assignee is not null
        order by t.due_sort, t.task_id`)
      .filter(({ tenant, assignee, facets }) => isOut(tenant, assignee, facets))
      .slice(0, limit)
      .map(({ facets: _, ...task }) => ({ ...task, because: 'excluded' }));
  });

export interface CaseOfExcluded {
  tenant: string;
  caseId: string;
  /** Null: the owner was taken out of the case. */
  owner: string | null;
  because: 'excluded';
  sinceMs: 0;
}

/**
 * Open cases without an owner who may see them, while nobody is asked who could answer. An approval's owner is the asking
 * case's.
 */
export const casesOfExcludedIn = (db: Db, nowMs: number, limit: number): CaseOfExcluded[] => {
  const isOut = createIsOut(db, nowMs);
  return db
    .all<Pick<CaseOfExcluded, 'tenant' | 'caseId' | 'owner'> & { facets: string }>(sql`
      with gone as (${absentOf(nowMs, 0)})
      select c.tenant, c.case_id as caseId, c.owner, ${facetsOf('c')} as facets
      from ${concerned} join cases c on c.tenant = concerned.tenant and c.case_id = concerned.case_id
      where json_extract(c.state, '$.signing') is null and not exists (
        select 1 from tasks t where t.tenant = c.tenant and t.case_id = c.case_id and t.status = 'open'
        and (t.state = ${adHocState('owner')} or t.state = ${adHocState('handover')} and not exists (
          select 1 from gone where gone.tenant = t.tenant and gone.person_id = t.assignee)))
      order by c.due_sort, c.case_id`)
    .filter(({ tenant, owner, facets }) => owner === null || isOut(tenant, owner, facets))
    .slice(0, limit)
    .map(({ facets: _, ...found }) => ({ ...found, because: 'excluded', sinceMs: 0 }));
};

/** Whether a case with these facets is out of somebody's sight; each person is read once. */
const createIsOut = (db: Db, nowMs: number): ((tenant: string, id: string, facets: string) => boolean) => {
  const known = new Map<string, string[]>();
  return (tenant, id, facets) => {
    const key = JSON.stringify([tenant, id]);
    const person = known.has(key) ? undefined : personIn(db, tenant, id, nowMs);
    const hiding = known.get(key) ?? (person === undefined ? [] : hidingFacetsIn(db, person));
    known.set(key, hiding);
    return hiding.length > 0 && (JSON.parse(facets) as string[]).some((facet) => hiding.includes(facet));
  };
};
