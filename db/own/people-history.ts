import { randomBytes } from 'node:crypto';
import { and, asc, eq, gt, max, sql } from 'drizzle-orm';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import type { Db, Store } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { peopleHistory } from '../schema/index.ts';
import { commitmentOf, saltBytes } from '../vault/commitment.ts';
import { appendRecordIn } from './append-record.ts';

/** Who changes people data, and when (epoch milliseconds). */
export interface ChangedBy {
  actorId: string;
  atMs: number;
  /** The request's, where one asked for it. */
  commandId?: string;
}

export interface PeopleChange {
  /** Past tense: `person.added`, `absence.cancelled`, … */
  type: string;
  subject: {
    kind: 'person' | 'department' | 'role' | 'authority' | 'absence' | 'delegation' | 'setting';
    id: string;
  };
  /** The whole of it as it is from now on. */
  content: Json;
  /** What of it the log may hold: ids, never a name. */
  detail: JsonObject;
}

export type HistoryRow = typeof peopleHistory.$inferSelect;

const ofSubject = and(
  eq(peopleHistory.tenant, sql.placeholder('tenant')),
  eq(peopleHistory.subjectKind, sql.placeholder('subjectKind')),
  eq(peopleHistory.subjectId, sql.placeholder('subjectId')),
);

const statements = perConnection((db) => ({
  last: db
    .select({ n: max(peopleHistory.n) })
    .from(peopleHistory)
    .where(ofSubject)
    .prepare(),
  contents: db
    .select({ content: peopleHistory.content })
    .from(peopleHistory)
    .where(ofSubject)
    .orderBy(asc(peopleHistory.n))
    .prepare(),
  insert: db.insert(peopleHistory).values(slots(peopleHistory)).prepare(),
}));

/**
 * For the transaction that makes the change: keeps what it is from now on, and appends a record to the log. The record
 * commits to the content with a salt that stays here, so that what it was is provable and the log holds no name.
 */
export const recordChange = (db: Db, tenant: string, change: PeopleChange, by: ChangedBy): void => {
  const { type, subject, content, detail } = change;
  const salt = randomBytes(saltBytes);
  const record = appendRecordIn(db, tenant, {
    at: new Date(by.atMs).toISOString(),
    actorId: by.actorId,
    type,
    subject,
    ...(by.commandId === undefined ? {} : { commandId: by.commandId }),
    detail,
    commitments: [commitmentOf(salt, content)],
  });
  const key = { tenant, subjectKind: subject.kind, subjectId: subject.id };
  const { last, insert } = statements(db);
  insert.run({
    ...key,
    n: (last.get(key)?.n ?? 0) + 1,
    atMs: by.atMs,
    actorId: by.actorId,
    type,
    content,
    salt: salt.toString('hex'),
    recordN: record.n,
  });
};

/** All that something ever was, the oldest first. */
export const contentsIn = (db: Db, tenant: string, { kind, id }: PeopleChange['subject']): Json[] =>
  statements(db)
    .contents.all({ tenant, subjectKind: kind, subjectId: id })
    .map(({ content }) => content);

/** One page of all that somebody or something has been, the oldest first. @throws CursorInvalid */
export const listHistory = async (
  store: Store,
  query: {
    tenant: string;
    subject: PeopleChange['subject'];
    limit?: number | undefined;
    cursor?: string | undefined;
  },
): Promise<Page<HistoryRow>> => {
  const { tenant, subject, limit, cursor } = query;
  const [after = 0] = cursor === undefined ? [0] : decodeCursor('history', cursor, [0]);
  const size = pageSize(limit);
  const rows = await store.read((db) =>
    db
      .select()
      .from(peopleHistory)
      .where(
        and(
          eq(peopleHistory.tenant, tenant),
          eq(peopleHistory.subjectKind, subject.kind),
          eq(peopleHistory.subjectId, subject.id),
          gt(peopleHistory.n, Number(after)),
        ),
      )
      .orderBy(asc(peopleHistory.n))
      .limit(size + 1)
      .all(),
  );
  return pageOf(rows, size, ({ n }) => encodeCursor('history', [n]));
};
