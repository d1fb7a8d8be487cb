import { and, asc, eq, gt, or, type SQL, sql } from 'drizzle-orm';
import type { PersonRecord } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { people, personGroups } from '../schema/index.ts';
import { type Person, personIn } from './people.ts';
import { personRecordsIn } from './person-record.ts';

export interface PeopleQuery {
  tenant: string;
  /** Holds this role now. */
  role?: string | undefined;
  /** Works in this department now. */
  department?: string | undefined;
  status?: Person['status'] | undefined;
  /** Part of the id or name. */
  q?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

const holds = (kind: 'role' | 'department', name: string, nowMs: number): SQL =>
  sql`exists (select 1 from ${personGroups} where ${personGroups.tenant} = ${people.tenant}
    and ${personGroups.personId} = ${people.personId} and ${personGroups.kind} = ${kind}
    and ${personGroups.name} = ${name}
    and (${personGroups.fromMs} is null or ${personGroups.fromMs} <= ${nowMs})
    and (${personGroups.untilMs} is null or ${personGroups.untilMs} > ${nowMs}))`;

/** One page of people as of now, by id. @throws CursorInvalid */
export const listPeoplePage = async (
  store: Store,
  { tenant, role, department, status, q, limit, cursor }: PeopleQuery,
  nowMs: number,
): Promise<Page<Person>> => {
  const [after = ''] = cursor === undefined ? [''] : decodeCursor('people', cursor, ['']);
  const size = pageSize(limit);
  const rows = await store.read((db) =>
    db
      .select({ id: people.personId })
      .from(people)
      .where(
        and(
          eq(people.tenant, tenant),
          gt(people.personId, String(after)),
          role === undefined ? undefined : holds('role', role, nowMs),
          department === undefined ? undefined : holds('department', department, nowMs),
          status === undefined ? undefined : eq(people.status, status),
          q === undefined
            ? undefined
            : or(
                sql`instr(lower(${people.personId}), lower(${q})) > 0`,
                sql`instr(lower(${people.name}), lower(${q})) > 0`,
              ),
        ),
      )
      .orderBy(asc(people.personId))
      .limit(size + 1)
      .all()
      .map(({ id }) => personIn(db, tenant, id, nowMs))
      .filter((person) => person !== undefined),
  );
  return pageOf(rows, size, ({ id }) => encodeCursor('people', [id]));
};

/** Everybody of a tenant with all that holds at some time, by id; for an export. */
export const allPeopleIn = (db: Db, tenant: string): PersonRecord[] => {
  const rows = db.select().from(people).where(eq(people.tenant, tenant)).orderBy(asc(people.personId)).all();
  const chunks = Array.from({ length: Math.ceil(rows.length / idsMax) }, (_, i) =>
    rows.slice(i * idsMax, (i + 1) * idsMax),
  );
  return chunks.flatMap((chunk) => personRecordsIn(db, tenant, chunk));
};

/** Ids that one query names. */
const idsMax = 1_000;
