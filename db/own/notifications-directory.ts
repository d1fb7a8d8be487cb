import { and, asc, eq, gt, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Directory, Reachable } from '../../machines/notification/recipients.ts';
import type { Db } from '../open.ts';
import { delegations, people, personGroups } from '../schema/index.ts';
import { isAwayIn } from './absences.ts';
import { departmentIn } from './departments.ts';
import { personIn } from './people.ts';

/** Who there is at an instant, as the rules of messages ask for it; each person is read once. */
export const directoryIn = (db: Db, tenant: string, nowMs: number): Directory => {
  const known = new Map<string, Reachable | undefined>();
  const read = (id: string): Reachable | undefined => {
    const person = personIn(db, tenant, id, nowMs);
    return (
      person && {
        id,
        active: person.status === 'active',
        away: isAwayIn(db, tenant, id, nowMs),
        roles: person.roles,
        departments: person.departments,
        superior: person.superior ?? null,
        standIns: standInsOf(db, tenant, id, nowMs),
      }
    );
  };
  return {
    person: (id) => {
      if (!known.has(id)) {
        known.set(id, read(id));
      }
      return known.get(id);
    },
    holders: (role, department) =>
      db
        .select({ id: people.personId })
        .from(people)
        .where(
          and(
            eq(people.tenant, tenant),
            eq(people.status, 'active'),
            holds('role', role, nowMs),
            department === undefined ? undefined : holds('department', department, nowMs),
          ),
        )
        .orderBy(asc(people.personId))
        .limit(holdersMax)
        .all()
        .map(({ id }) => id),
    department: (id) => departmentIn(db, tenant, id),
  };
};

/** Holders of a role that are looked at. */
const holdersMax = 1_000;

const holds = (kind: 'role' | 'department', name: string, nowMs: number): SQL =>
  sql`${people.personId} in (select ${personGroups.personId} from ${personGroups}
    where ${personGroups.tenant} = ${people.tenant} and ${personGroups.kind} = ${kind}
    and ${personGroups.name} = ${name}
    and (${personGroups.fromMs} is null or ${personGroups.fromMs} <= ${nowMs})
    and (${personGroups.untilMs} is null or ${personGroups.untilMs} > ${nowMs}))`;

const standInsOf = (db: Db, tenant: string, personId: string, nowMs: number): string[] =>
  db
    .select({ id: delegations.delegateId })
    .from(delegations)
    .where(
      and(
        eq(delegations.tenant, tenant),
        eq(delegations.personId, personId),
        eq(delegations.status, 'active'),
        lte(delegations.fromMs, nowMs),
        or(isNull(delegations.untilMs), gt(delegations.untilMs, nowMs)),
      ),
    )
    .orderBy(asc(delegations.delegationId))
    .all()
    .map(({ id }) => id);
