import type { Db } from '../db/open.ts';
import { actingDataIn } from '../db/own/acting.ts';
import { substitutesOf } from '../db/own/delegations.ts';
import type { Person } from '../db/own/people.ts';
import { kindOfRightsIn } from '../db/read/asking-case.ts';
import { type CandidateQuery, firstCandidatesIn } from '../db/read/candidates.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import { covers } from './may-decide.ts';
import type { Wanted } from './wanted.ts';

/** Where all who may do a task are away, or `only` one of them counts: the first substitute who may do it by such a right. */
export const findStandIn = (
  db: Db,
  { policy: _, atLeast, ...able }: CandidateQuery & Wanted & { nowMs: number; role: string },
  isAble: (person: Person) => boolean,
): Person | undefined => {
  const { tenant, caseId, role, notPersons, nowMs } = able;
  const caseKind = kindOfRightsIn(db, { tenant, caseId });
  const standInsOf = (holder: Person): Person[] =>
    substitutesOf(db, tenant, holder.id, nowMs).flatMap((only) => {
      const query = { tenant, caseId, notPersons, nowMs, skills: [], only };
      const [found] = firstCandidatesIn(db, query, { order: 'load', isEnough: () => true });
      const { actsFor = [] } = found
        ? effectiveActor(actingDataIn(db, found.person, nowMs), { nowMs, caseKind })
        : {};
      const mayDoIt = actsFor.some(
        ({ personId, roles, authority }) =>
          personId === holder.id &&
          roles.includes(role) &&
          (atLeast === undefined || covers(authority, atLeast)),
      );
      return found && mayDoIt ? [found.person] : [];
    });
  const { nowMs: __, ...present } = able;
  const holders = firstCandidatesIn(db, present, {
    order: 'load',
    isEnough: ({ person }) => standInsOf(person).length > 0,
    isAble,
  });
  return holders.flatMap(({ person }) => standInsOf(person)).at(0);
};
