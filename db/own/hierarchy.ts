import { and, asc, eq, sql } from 'drizzle-orm';
import { isIn } from '../../machines/people/period.ts';
import type { Hierarchy } from '../../machines/people/superiors-of.ts';
import type { Db } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { people, personGroups } from '../schema/index.ts';
import { departmentIn } from './departments.ts';

const tenant = sql.placeholder('tenant');
const personId = sql.placeholder('personId');

const statements = perConnection((db) => ({
  superior: db
    .select({ id: people.superiorId })
    .from(people)
    .where(and(eq(people.tenant, tenant), eq(people.personId, personId)))
    .prepare(),
  departments: db
    .select({ name: personGroups.name, fromMs: personGroups.fromMs, untilMs: personGroups.untilMs })
    .from(personGroups)
    .where(
      and(
        eq(personGroups.tenant, tenant),
        eq(personGroups.personId, personId),
        eq(personGroups.kind, 'department'),
      ),
    )
    .orderBy(asc(personGroups.name))
    .prepare(),
}));

/** Who stands above whom at an instant (epoch milliseconds), for a read that belongs to a larger one. */
export const hierarchyIn = (db: Db, ofTenant: string, nowMs: number): Hierarchy => ({
  person: (id) => {
    const { superior, departments } = statements(db);
    const found = superior.get({ tenant: ofTenant, personId: id });
    const groups = found === undefined ? [] : departments.all({ tenant: ofTenant, personId: id });
    const inNow = groups.filter((group) => isIn(group, nowMs)).map(({ name }) => name);
    return found && { superior: found.id, departments: [...new Set(inNow)] };
  },
  department: (id) => departmentIn(db, ofTenant, id),
});
