import { and, asc, eq, gt, lte, sql } from 'drizzle-orm';
import { instantAt } from '../../machines/kernel/instant.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { checkAbsence } from '../../machines/people/check-absence.ts';
import type { Absence } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { absences } from '../schema/index.ts';
import { knownIn } from './known-people.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import type { Saved } from './person-record.ts';

const absenceOf = ({ absenceId, tenant: _, ...rest }: typeof absences.$inferSelect): Absence => ({
  id: absenceId,
  ...rest,
});

const nowOf = and(
  eq(absences.tenant, sql.placeholder('tenant')),
  eq(absences.personId, sql.placeholder('personId')),
  eq(absences.status, 'active'),
  lte(absences.fromMs, sql.placeholder('nowMs')),
  gt(absences.untilMs, sql.placeholder('nowMs')),
);

const statements = perConnection((db) => ({
  now: db.select({ id: absences.absenceId }).from(absences).where(nowOf).limit(1).prepare(),
}));

/** Whether somebody is away at an instant. */
export const isAwayIn = (db: Db, tenant: string, personId: string, nowMs: number): boolean =>
  statements(db).now.get({ tenant, personId, nowMs }) !== undefined;

export const absenceIn = (db: Db, tenant: string, absenceId: string): Absence | undefined => {
  const row = db
    .select()
    .from(absences)
    .where(and(eq(absences.tenant, tenant), eq(absences.absenceId, absenceId)))
    .get();
  return row && absenceOf(row);
};

/** All of a tenant's, by person and start. */
export const allAbsencesIn = (db: Db, tenant: string): Absence[] =>
  db
    .select()
    .from(absences)
    .where(eq(absences.tenant, tenant))
    .orderBy(asc(absences.personId), asc(absences.fromMs))
    .all()
    .map(absenceOf);

/** Those of a person that are not over before an instant. */
const othersIn = (db: Db, tenant: string, { personId, fromMs }: Absence): Absence[] =>
  db
    .select()
    .from(absences)
    .where(and(eq(absences.tenant, tenant), eq(absences.personId, personId), gt(absences.untilMs, fromMs)))
    .all()
    .map(absenceOf);

/** An absence as history keeps it. */
export const absenceContent = ({ personId, status, fromMs, untilMs, reason }: Absence): JsonObject => ({
  ...{ personId, status, from: instantAt(fromMs), until: instantAt(untilMs), reason },
});

/** Writes an absence that has been checked, with its trace. The record names no reason: it may be an illness. */
export const writeAbsence = (
  db: Db,
  tenant: string,
  absence: Absence,
  by: ChangedBy,
  type: 'absence.added' | 'absence.changed' | 'absence.cancelled',
): void => {
  const { id, ...row } = absence;
  db.insert(absences)
    .values({ tenant, absenceId: id, ...row })
    .onConflictDoUpdate({ target: [absences.tenant, absences.absenceId], set: row })
    .run();
  const content = absenceContent(absence);
  const { reason: _, ...detail } = content;
  recordChange(db, tenant, { type, subject: { kind: 'absence', id }, content, detail }, by);
};

/** Says that somebody is away. The same absence again is no second one. */
export const addAbsence = (
  store: Store,
  tenant: string,
  absence: Absence,
  by: ChangedBy,
): Promise<Saved<Absence>> =>
  store.write((db) => {
    const there = absenceIn(db, tenant, absence.id);
    if (there) return { saved: there };
    const faults = checkAbsence(absence, othersIn(db, tenant, absence), knownIn(db, tenant));
    if (faults.length > 0) return { faults };
    writeAbsence(db, tenant, absence, by, 'absence.added');
    return { saved: absence };
  });

/** Changes when an absence is, or cancels it. A cancelled one stays cancelled. */
export const changeAbsence = (
  store: Store,
  tenant: string,
  absenceId: string,
  change: Partial<Pick<Absence, 'fromMs' | 'untilMs' | 'reason' | 'status'>>,
  by: ChangedBy,
): Promise<Saved<Absence>> =>
  store.write((db) => {
    const there = absenceIn(db, tenant, absenceId);
    if (!there || there.status === 'cancelled') return { refused: 'missing' };
    const absence = { ...there, ...change };
    if (absence.status === 'active') {
      const faults = checkAbsence(absence, othersIn(db, tenant, absence), knownIn(db, tenant));
      if (faults.length > 0) return { faults };
    }
    const type = absence.status === 'cancelled' ? 'absence.cancelled' : 'absence.changed';
    writeAbsence(db, tenant, absence, by, type);
    return { saved: absence };
  });

export interface AbsenceQuery {
  tenant: string;
  personId?: string | undefined;
  /** Those that hold at this instant. */
  atMs?: number | undefined;
  status?: Absence['status'] | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** One page of absences by id. @throws CursorInvalid */
export const listAbsences = async (store: Store, query: AbsenceQuery): Promise<Page<Absence>> => {
  const { tenant, personId, atMs, status, limit, cursor } = query;
  const [after = ''] = cursor === undefined ? [''] : decodeCursor('absences', cursor, ['']);
  const size = pageSize(limit);
  const rows = await store.read((db) =>
    db
      .select()
      .from(absences)
      .where(
        and(
          eq(absences.tenant, tenant),
          gt(absences.absenceId, String(after)),
          personId === undefined ? undefined : eq(absences.personId, personId),
          status === undefined ? undefined : eq(absences.status, status),
          atMs === undefined ? undefined : and(lte(absences.fromMs, atMs), gt(absences.untilMs, atMs)),
        ),
      )
      .orderBy(asc(absences.absenceId))
      .limit(size + 1)
      .all()
      .map(absenceOf),
  );
  return pageOf(rows, size, ({ id }) => encodeCursor('absences', [id]));
};
