import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { instantAt } from '../../machines/kernel/instant.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { checkPerson } from '../../machines/people/check-person.ts';
import type { PeopleFault } from '../../machines/people/fault.ts';
import type { Membership, PersonRecord } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { people, personGroups } from '../schema/index.ts';
import { knownIn } from './known-people.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import { endSessionsIn } from './sessions.ts';

const key = and(
  eq(people.tenant, sql.placeholder('tenant')),
  eq(people.personId, sql.placeholder('personId')),
);
const groupKey = and(
  eq(personGroups.tenant, sql.placeholder('tenant')),
  eq(personGroups.personId, sql.placeholder('personId')),
);

const statements = perConnection((db) => ({
  person: db.select().from(people).where(key).prepare(),
  groups: db
    .select()
    .from(personGroups)
    .where(groupKey)
    .orderBy(asc(personGroups.kind), asc(personGroups.name))
    .prepare(),
  insert: db.insert(people).values(slots(people)).prepare(),
  update: db
    .update(people)
    .set({
      name: sql`${sql.placeholder('name')}`,
      status: sql`${sql.placeholder('status')}`,
      humanId: sql`${sql.placeholder('humanId')}`,
      superiorId: sql`${sql.placeholder('superiorId')}`,
      calendarId: sql`${sql.placeholder('calendarId')}`,
    })
    .where(key)
    .prepare(),
  clear: db.delete(personGroups).where(groupKey).prepare(),
  join: db.insert(personGroups).values(slots(personGroups)).prepare(),
}));

type PersonRow = typeof people.$inferSelect;
type GroupRow = typeof personGroups.$inferSelect;

const recordOf = (row: PersonRow, groups: GroupRow[]): PersonRecord => ({
  id: row.personId,
  name: row.name,
  status: row.status,
  humanId: row.humanId,
  superior: row.superiorId,
  calendar: row.calendarId,
  memberships: groups.map(({ kind, name, fromMs, untilMs }) => ({ kind, name, fromMs, untilMs })),
});

/** A person with all that holds at some time. */
export const personRecordIn = (db: Db, tenant: string, personId: string): PersonRecord | undefined => {
  const { person, groups } = statements(db);
  const row = person.get({ tenant, personId });
  return row && recordOf(row, groups.all({ tenant, personId }));
};

/** These people, by id, in two queries. */
export const personRecordsIn = (db: Db, tenant: string, rows: PersonRow[]): PersonRecord[] => {
  const ids = rows.map(({ personId }) => personId);
  const groups = Map.groupBy(
    db
      .select()
      .from(personGroups)
      .where(and(eq(personGroups.tenant, tenant), inArray(personGroups.personId, ids)))
      .orderBy(asc(personGroups.kind), asc(personGroups.name))
      .all(),
    ({ personId }) => personId,
  );
  return rows.map((row) => recordOf(row, groups.get(row.personId) ?? []));
};

const order = (a: Membership, b: Membership): number =>
  a.kind === b.kind ? (a.name < b.name ? -1 : 1) : a.kind < b.kind ? -1 : 1;

const periodOf = ({ fromMs, untilMs }: Membership): JsonObject => ({
  ...(fromMs === null ? {} : { from: instantAt(fromMs) }),
  ...(untilMs === null ? {} : { until: instantAt(untilMs) }),
});

/** A person as history keeps it. */
export const personContent = (person: PersonRecord): JsonObject => ({
  ...{ id: person.id, name: person.name, status: person.status, samePersonAs: person.humanId },
  ...{ superior: person.superior, calendar: person.calendar },
  memberships: person.memberships
    .toSorted(order)
    .map((each) => ({ kind: each.kind, name: each.name, ...periodOf(each) })),
});

/** Writes a person who has been checked, with its trace. False where nothing is different from `before`. */
export const writePerson = (
  db: Db,
  tenant: string,
  person: PersonRecord,
  by: ChangedBy,
  before: PersonRecord | undefined,
): boolean => {
  const content = personContent(person);
  const old = before && personContent(before);
  const changed = Object.keys(content).filter(
    (field) => JSON.stringify(old?.[field]) !== JSON.stringify(content[field]),
  );
  if (changed.length === 0) return false;
  const { id: personId, name, status, humanId, superior: superiorId, calendar: calendarId } = person;
  const row = { tenant, personId, name, status, humanId, superiorId, calendarId };
  const { insert, update, clear, join } = statements(db);
  if (before) update.run(row);
  else insert.run({ ...row, openTasks: 0, lastTaskAt: null });
  if (changed.includes('memberships')) {
    if (before) clear.run({ tenant, personId });
    for (const membership of person.memberships) {
      join.run({ tenant, personId, ...membership });
    }
  }
  const { name: _, ...detail } = content;
  // Somebody whose account is active again signs in anew.
  if (status === 'disabled') endSessionsIn(db, tenant, personId);
  const what = {
    subject: { kind: 'person', id: personId },
    content,
    detail: { ...detail, changed },
  } as const;
  recordChange(db, tenant, { type: before ? 'person.changed' : 'person.added', ...what }, by);
  return true;
};

/** What became of a wish to change people data. */
export type Saved<T> = { saved: T } | { faults: PeopleFault[] } | { refused: 'exists' | 'missing' };

/** Adds a person. The same person again is no second one: a request may be sent twice. */
export const addPerson = (
  store: Store,
  tenant: string,
  person: PersonRecord,
  by: ChangedBy,
): Promise<Saved<PersonRecord>> =>
  store.write((db) => {
    const there = personRecordIn(db, tenant, person.id);
    if (there) {
      const same = JSON.stringify(personContent(there)) === JSON.stringify(personContent(person));
      return same ? { saved: there } : { refused: 'exists' };
    }
    return save(db, tenant, person, by);
  });

/** Changes a person, from what they are in the same transaction. */
export const changePerson = (
  store: Store,
  tenant: string,
  personId: string,
  change: (person: PersonRecord) => PersonRecord,
  by: ChangedBy,
): Promise<Saved<PersonRecord>> =>
  store.write((db) => {
    const there = personRecordIn(db, tenant, personId);
    return there ? save(db, tenant, change(there), by, there) : { refused: 'missing' };
  });

const save = (
  db: Db,
  tenant: string,
  person: PersonRecord,
  by: ChangedBy,
  before?: PersonRecord,
): Saved<PersonRecord> => {
  const faults = checkPerson(person, knownIn(db, tenant), before);
  if (faults.length > 0) return { faults };
  writePerson(db, tenant, person, by, before);
  return { saved: person };
};
