import { and, asc, desc, eq, exists, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { cases, entries } from '../schema/index.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from './cursor.ts';
import { type EntryRow, withRoles } from './get-case.ts';
import { inSight, type Sight } from './sight.ts';

/** Entries of all cases of a tenant. */
export interface EntryQuery {
  tenant: string;
  actor?: string;
  type?: string;
  caseId?: string;
  /** RFC 3339; from inclusive, to exclusive, of the entry's `at`. */
  from?: string;
  to?: string;
  /** Of the entry's case. */
  kind?: string;
  definition?: string;
  department?: string;
  /** Only of cases that the reader may see. */
  sight?: Sight;
  /** Default `newest` first. */
  sort?: 'newest' | 'oldest';
  limit?: number;
  cursor?: string;
}

const caseCondition = (db: Db, { kind, definition, department }: EntryQuery): SQL | undefined => {
  if (kind === undefined && definition === undefined && department === undefined) return undefined;
  const [id, version] = definition?.split('@') ?? [];
  return exists(
    db
      .select({ one: sql`1` })
      .from(cases)
      .where(
        and(
          sql`${cases.tenant} = ${entries.tenant} and ${cases.caseId} = ${entries.caseId}`,
          kind === undefined ? undefined : eq(cases.kind, kind),
          id === undefined ? undefined : eq(cases.definitionId, id),
          version === undefined ? undefined : eq(cases.definitionVersion, version),
          department === undefined ? undefined : eq(cases.department, department),
        ),
      ),
  );
};

/** The query of one page and one row more. */
export const entriesQuery = (db: Db, query: EntryQuery) => {
  const { tenant, actor, type, caseId, from, to, sort = 'newest' } = query;
  // Of one case, the trail's own order is the order.
  const columns = caseId === undefined ? [entries.at, entries.caseId, entries.seq] : [entries.seq];
  const conditions: (SQL | undefined)[] = [
    eq(entries.tenant, tenant),
    caseId === undefined ? undefined : eq(entries.caseId, caseId),
    actor === undefined ? undefined : eq(entries.actorId, actor),
    type === undefined ? undefined : eq(entries.type, type),
    from === undefined ? undefined : gte(entries.at, from),
    to === undefined ? undefined : lt(entries.at, to),
    caseCondition(db, query),
    inSight(query.sight, entries),
  ];
  if (query.cursor !== undefined) {
    const keys = decodeCursor(`entries/${sort}`, query.cursor, ['', '', 0]).slice(-columns.length);
    const values = keys.map((key) => sql`${key}`);
    conditions.push(
      sql`(${sql.join(columns, sql`, `)}) ${sort === 'newest' ? sql`<` : sql`>`} (${sql.join(values, sql`, `)})`,
    );
  }
  return db
    .select()
    .from(entries)
    .where(and(...conditions))
    .orderBy(...columns.map((column) => (sort === 'newest' ? desc(column) : asc(column))))
    .limit(pageSize(query.limit) + 1);
};

/**
 * One page of the trail over all cases.
 * @throws CursorInvalid
 */
export const listEntries = async (store: Store, query: EntryQuery): Promise<Page<EntryRow>> => {
  const rows = await store.read((db) => entriesQuery(db, query).all());
  return pageOf(rows.map(withRoles), pageSize(query.limit), (last) =>
    encodeCursor(`entries/${query.sort ?? 'newest'}`, [last.at, last.caseId, last.seq]),
  );
};
