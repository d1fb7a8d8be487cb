import { sql } from 'drizzle-orm';
import { adHocState } from '../../machines/kernel/ad-hoc.ts';
import { personFacet } from '../case-facets.ts';
import { groupKey } from '../group-key.ts';
import type { Store } from '../open.ts';
import { absentOf } from './absent-people.ts';
import { casesOfExcludedIn } from './work-of-excluded.ts';

/** An open case whose owner cannot answer for it now, while nobody is asked to take it over who could. */
export interface CaseOfAbsent {
  tenant: string;
  caseId: string;
  /** Null: there is none any more. */
  owner: string | null;
  because: 'away' | 'left' | 'excluded';
  /** Since when, epoch milliseconds; 0: since whenever they left. */
  sinceMs: number;
}

/** Who is away for less than a day stays the owner, and nobody is asked. */
const absenceMsMin = 86_400_000;

/**
 * Those cases, the most urgent first, by a seek for each person who is gone: `cross join` keeps that order. An approval is
 * none of them: others decide it, and its owner is the asking case's. Where whoever is asked has gone as well, the case is
 * one of them again.
 */
export const casesOfAbsent = (store: Store, nowMs: number, limit: number): Promise<CaseOfAbsent[]> =>
  store.read((db) => [
    ...casesOfExcludedIn(db, nowMs, limit),
    ...db.all<CaseOfAbsent>(sql`
      with absent as (${absentOf(nowMs, absenceMsMin)}), gone as (${absentOf(nowMs, 0)})
      select c.tenant, c.case_id as caseId, c.owner, absent.because, absent.since_ms as sinceMs
      from absent
      cross join case_facets f indexed by case_facets_due
        on f.tenant = absent.tenant and f.facet = ${personFacet('')} || absent.person_id
      join cases c on c.tenant = f.tenant and c.case_id = f.case_id
      where c.owner = absent.person_id and c.status = 'open' and c.mode is null
      and not exists (
        select 1 from tasks t where t.tenant = c.tenant and t.case_id = c.case_id and t.status = 'open'
        and (t.state = ${adHocState('owner')} or t.state = ${adHocState('handover')} and not exists (
          select 1 from gone where gone.tenant = t.tenant and gone.person_id = t.assignee)))
      and json_extract(c.state, '$.signing') is null
      order by c.due_sort, c.case_id limit ${limit}`),
  ]);

/** Open cases that the engine has asked somebody to take over, and whose owner is there again. */
export const casesOfReturned = (
  store: Store,
  nowMs: number,
  limit: number,
): Promise<{ tenant: string; caseId: string }[]> =>
  store.read((db) =>
    db.all<{ tenant: string; caseId: string }>(sql`
      with gone as (${absentOf(nowMs, 0)})
      select c.tenant, c.case_id as caseId
      from (select distinct tenant from people) tenants
      cross join tasks t indexed by tasks_team_due
        on t.tenant = tenants.tenant and t.group_key = ${groupKey('')} and t.status = 'open'
      join cases c on c.tenant = t.tenant and c.case_id = t.case_id
      where t.state = ${adHocState('handover')} and json_extract(c.state, '$.handover.because') in ('away', 'left')
      and not exists (select 1 from gone where gone.tenant = c.tenant and gone.person_id = c.owner)
      order by c.due_sort, c.case_id limit ${limit}`),
  );
