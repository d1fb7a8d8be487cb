import { and, eq, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { isAwayIn } from '../own/absences.ts';
import { accountsIn } from '../own/acting.ts';
import { type Person, personIn } from '../own/people.ts';
import { personGroups, tasks } from '../schema/index.ts';
import { isHiddenIn } from './out-of-sight.ts';

export interface CandidateQuery {
  tenant: string;
  role: string;
  department?: string;
  /** All of them. */
  skills: string[];
  notPersons: string[];
  /** Without who has no part in this case. */
  caseId?: string;
  /** Without who is away at this instant. Epoch milliseconds. */
  nowMs?: number;
}

/** Who may get a task, and how much each has in hand. */
export interface Candidate {
  person: Person;
  openTasks: number;
  /** When the person's newest open task was opened; for taking turns. */
  lastOpenedAt: string | null;
}

/** The active people who may do a task, by id, with their load, all read in one transaction. */
export const candidatesFor = (store: Store, query: CandidateQuery): Promise<Candidate[]> =>
  store.read((db) =>
    db.transaction((tx) => {
      const { tenant, role, department, skills, notPersons, caseId, nowMs } = query;
      const ids = tx
        .select({ id: personGroups.personId })
        .from(personGroups)
        .where(
          and(eq(personGroups.tenant, tenant), eq(personGroups.kind, 'role'), eq(personGroups.name, role)),
        )
        .orderBy(personGroups.personId)
        .all();
      return (
        ids
          .map(({ id }) => personIn(db, tenant, id))
          .filter((person) => person?.status === 'active')
          .filter((person) => person !== undefined)
          .filter((person) => !isOneOf(db, person, notPersons))
          // Who has had the role, or will have it, does not hold it now.
          .filter((person) => person.roles.includes(role))
          .filter((person) => department === undefined || person.departments.includes(department))
          .filter((person) => skills.every((skill) => person.skills.includes(skill)))
          .filter(({ id }) => nowMs === undefined || !isAwayIn(db, tenant, id, nowMs))
          .filter((person) => caseId === undefined || !isHiddenIn(db, person, caseId))
          .map((person) => {
            const load = tx
              .select({ n: sql<number>`count(*)`, last: sql<string | null>`max(${tasks.openedAt})` })
              .from(tasks)
              .where(
                sql`${tasks.tenant} = ${tenant} and ${tasks.status} = 'open' and ${tasks.assignee} = ${person.id}`,
              )
              .get();
            return { person, openTasks: load?.n ?? 0, lastOpenedAt: load?.last ?? null };
          })
      );
    }),
  );

/** Whether any account of the same human being is among them. */
const isOneOf = (db: Db, person: Person, ids: string[]): boolean =>
  ids.length > 0 && [person.id, ...accountsIn(db, person)].some((id) => ids.includes(id));
