import type { Db } from '../db/open.ts';
import { hierarchyIn } from '../db/own/hierarchy.ts';
import type { Person } from '../db/own/people.ts';
import { type CandidateQuery, firstCandidatesIn } from '../db/read/candidates.ts';
import { policyOfCaseIn } from '../db/read/policy-of-case.ts';
import { superiorsOf } from '../machines/people/superiors-of.ts';
import { leads } from './find-lead.ts';
import type { Present, Wanted } from './wanted.ts';

/** The person named for it, who did the earlier step, or the nearest superior: the first who may get it. */
export const findPreferred = (
  db: Db,
  { tenant, person, samePerson, managerOf: [of] = [] }: Wanted,
  able: CandidateQuery,
  present: Present,
  isAble: (person: Person) => boolean,
): Person | undefined => {
  const oneOf = (query: CandidateQuery, only: string): Person[] =>
    firstCandidatesIn(db, { ...query, only }, { order: 'load', isEnough: () => true, isAble }).map(
      (found) => found.person,
    );
  const named = [person, samePerson].filter((id) => id !== undefined).flatMap((id) => oneOf(able, id));
  if (of === undefined || named.length > 0) {
    return named[0];
  }
  const above = superiorsOf(of, hierarchyIn(db, tenant, present.nowMs));
  return above
    .flatMap((id) => [
      ...oneOf({ ...present, skills: [], ...roleOf(able) }, id),
      ...oneOf({ ...present, skills: [] }, id).filter(leads(policyOfCaseIn(db, present))),
    ])
    .at(0);
};

const roleOf = ({ role }: CandidateQuery): Pick<CandidateQuery, 'role'> =>
  role === undefined ? {} : { role };
