import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { personFacet } from '../case-facets.ts';
import { oneMatter } from '../one-matter.ts';
import type { Db } from '../open.ts';
import { givenIds } from './given-ids.ts';
import type { LentByKind } from './task-filter.ts';

/** By what a reader is near to cases: each list is one way, an empty one is none. A near case makes those near that are one matter with it. */
export interface Nearness {
  /** The case's owner is one of these. */
  owners: string[];
  /** One of these has an open task of it, or owns it. */
  holders: string[];
  /** One of these has acted in it, or was told of it. */
  parties: string[];
  /** Keys of groups: an open task that nobody has is for one of them. */
  claimable: string[];
  /** Keys of groups: an open task is for one of them, whoever has it. */
  groups: string[];
  /** It lies in one of these departments. */
  departments: string[];
  /** Whose work one does, and what one may claim, in one kind of case alone. */
  lentByKind?: LentByKind[];
}

/** A table, or an expression, that names a case. */
export interface CaseRef {
  tenant: SQLWrapper;
  caseId: SQLWrapper;
}

/** The condition that a case is near, or is one matter with one that is. */
export const isNear = (near: Nearness, { tenant, caseId }: CaseRef): SQL =>
  sql`exists (select 1 from (
    select ${caseId} as id
    union all select ahead.to_case_id from links ahead where ahead.tenant = ${tenant} and ahead.case_id = ${caseId} and ahead.rel in ${oneMatter}
    union all select back.case_id from links back where back.tenant = ${tenant} and back.to_case_id = ${caseId} and back.rel in ${oneMatter}
  ) matter where ${isItselfNear(near, { tenant, caseId: sql.raw('matter.id') })})`;

// Hints and plus signs keep out the indexes by person or group, which would walk all that these have, or all of the tenant,
// instead of this case's.
const isItselfNear = (near: Nearness, { tenant, caseId }: CaseRef): SQL => {
  const { owners, holders, parties, claimable, groups, departments } = near;
  const ofCase = (alias: string): SQL =>
    sql`${sql.identifier(alias)}.tenant = ${tenant} and ${sql.identifier(alias)}.case_id = ${caseId}`;
  return sql.join(
    [
      sql`exists (select 1 from cases c where ${ofCase('c')} and (+c.owner in ${owners} or +c.department in ${among(departments)}))`,
      sql`exists (select 1 from case_facets f where ${ofCase('f')} and +f.facet in ${among(holders.map(personFacet))})`,
      sql`exists (select 1 from tasks t indexed by tasks_case where ${ofCase('t')} and t.status = 'open'
        and (t.group_key in ${among(groups)} or (t.assignee is null and t.group_key in ${among(claimable)})))`,
      sql`exists (select 1 from notifications n where n.tenant = ${tenant} and n.person_id in ${parties} and n.case_id = ${caseId})`,
      sql`exists (select 1 from entries e indexed by entries_command where ${ofCase('e')} and e.actor_id in ${parties})`,
      ...(near.lentByKind ?? []).map(
        ({ kind, actsFor, groupKeys }) =>
          sql`exists (select 1 from tasks t indexed by tasks_case where ${ofCase('t')} and t.status = 'open' and t.case_kind = ${kind}
            and (t.assignee in ${among(actsFor)} or (t.assignee is null and t.group_key in ${among(groupKeys)})))`,
      ),
    ],
    sql` or `,
  );
};

/** The values as one parameter, however many there are: a large organisation has more than a statement takes. */
const among = (values: readonly string[]): SQL => sql`(select given.value from ${givenIds(values)})`;

/** Of more near cases a list is walked in its own order: among so many, one in some dozens is near. */
const nearMax = 10_000;

/** The latest acts of a person, and messages to them, whose cases lists look for. */
const actsMax = 5_000;

/**
 * The cases of which `isNear` holds, each once, but for acts that lie far back; undefined where they are more than a list is
 * better sorted from.
 */
export const nearCaseIds = (db: Db, tenant: string, near: Nearness): string[] | undefined => {
  const found = new Set<string>();
  for (const range of rangesOf(tenant, near)) {
    for (const { caseId } of db.all<{ caseId: string }>(range)) found.add(caseId);
    if (found.size > nearMax) return undefined;
  }
  const given = givenIds([...found]);
  const linked = db.all<{ caseId: string }>(sql`
    select l.to_case_id as "caseId" from ${given} cross join links l
      where l.tenant = ${tenant} and l.case_id = given.value and l.rel in ${oneMatter}
    union all select l.case_id from ${given} cross join links l
      where l.tenant = ${tenant} and l.to_case_id = given.value and l.rel in ${oneMatter}`);
  for (const { caseId } of linked) found.add(caseId);
  return found.size > nearMax ? undefined : [...found];
};

/** Ranges of one index for each way of being near. Cut off where they are too many; a case with many tasks is one case. */
const rangesOf = (tenant: string, near: Nearness): SQL[] => {
  const { owners, holders, parties, claimable, groups, departments } = near;
  const cases = (keys: readonly string[], rows: SQL): SQL =>
    sql`select distinct case_id as "caseId" from ${givenIds([...new Set(keys)])} cross join ${rows} limit ${nearMax + 1}`;
  const acts = (rows: SQL): SQL => sql`select case_id as "caseId" from ${rows} limit ${actsMax}`;
  return [
    ...owners
      // Who holds a case, its owner included, is found below.
      .filter((id) => !holders.includes(id))
      .map((id) =>
        cases(
          [personFacet(id)],
          sql`case_facets f indexed by case_facets_opened where f.tenant = ${tenant} and f.facet = given.value
            and exists (select 1 from cases c where c.tenant = f.tenant and c.case_id = f.case_id and c.owner = ${id})`,
        ),
      ),
    cases(
      holders.map(personFacet),
      sql`case_facets indexed by case_facets_opened where tenant = ${tenant} and facet = given.value`,
    ),
    cases(
      claimable,
      sql`tasks indexed by tasks_candidate_due
        where tenant = ${tenant} and group_key = given.value and status = 'open' and assignee is null`,
    ),
    cases(
      groups,
      sql`tasks indexed by tasks_team_due where tenant = ${tenant} and group_key = given.value and status = 'open'`,
    ),
    cases(
      departments,
      sql`cases indexed by cases_department_opened where tenant = ${tenant} and department = given.value`,
    ),
    ...(near.lentByKind ?? []).flatMap(({ kind, actsFor, groupKeys }) => [
      cases(
        actsFor,
        sql`tasks indexed by tasks_mine_due
          where tenant = ${tenant} and assignee = given.value and status = 'open' and assignee is not null and case_kind = ${kind}`,
      ),
      cases(
        groupKeys,
        sql`tasks indexed by tasks_candidate_due
          where tenant = ${tenant} and group_key = given.value and status = 'open' and assignee is null and case_kind = ${kind}`,
      ),
    ]),
    ...parties.flatMap((id) => [
      acts(sql`notifications indexed by notifications_person
        where tenant = ${tenant} and person_id = ${id} and case_id <> '' order by created_at_ms desc`),
      acts(
        sql`entries indexed by entries_actor where tenant = ${tenant} and actor_id = ${id} order by at desc`,
      ),
    ]),
  ];
};
