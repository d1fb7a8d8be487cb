import { and, asc, eq, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Money } from '../../machines/kernel/json.ts';
import { limitsOf } from '../../machines/people/limits-of.ts';
import { type Membership, namesHeld } from '../../machines/people/organisation.ts';
import { isIn } from '../../machines/people/period.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { authority, people, personGroups } from '../schema/index.ts';
import { limitsIn } from './authority.ts';

/** A person as of now: what is not valid yet, or no longer, is left out. */
export interface Person {
  tenant: string;
  id: string;
  name: string;
  status: 'active' | 'disabled';
  roles: string[];
  departments: string[];
  skills: string[];
  /** The highest amount the person may decide in any kind of case without a limit of its own, per currency. */
  authority: Money[];
  licences?: string[];
  regions?: string[];
  /** Whom the person reports to. */
  superior?: string;
  /** The human being whose account this is, where one has several. */
  humanId?: string;
  /** Working hours: id of a published calendar. */
  calendar?: string;
}

/**
 * Makes a person, or makes an existing one exactly this, without a trace: for what is there from the start. `authority`
 * is the person's own, before that of their roles.
 */
export const putPerson = (store: Store, person: Person): Promise<void> =>
  store.write((db) => {
    const { tenant, id: personId, name, status } = person;
    const own = {
      ...{ name, status, humanId: person.humanId ?? null },
      ...{ superiorId: person.superior ?? null, calendarId: person.calendar ?? null },
    };
    db.insert(people)
      .values({ tenant, personId, ...own })
      .onConflictDoUpdate({ target: [people.tenant, people.personId], set: own })
      .run();
    db.delete(personGroups)
      .where(and(eq(personGroups.tenant, tenant), eq(personGroups.personId, personId)))
      .run();
    const ofPerson = { tenant, holderKind: 'person', holderId: personId } as const;
    db.delete(authority)
      .where(
        and(
          eq(authority.tenant, tenant),
          eq(authority.holderKind, 'person'),
          eq(authority.holderId, personId),
        ),
      )
      .run();
    const groups = [
      ...person.roles.map((group) => ({ kind: 'role', name: group }) as const),
      ...person.departments.map((group) => ({ kind: 'department', name: group }) as const),
      ...person.skills.map((group) => ({ kind: 'skill', name: group }) as const),
      ...(person.licences ?? []).map((group) => ({ kind: 'licence', name: group }) as const),
      ...(person.regions ?? []).map((group) => ({ kind: 'region', name: group }) as const),
    ];
    for (const group of groups) {
      db.insert(personGroups)
        .values({ tenant, personId, ...group })
        .onConflictDoNothing()
        .run();
    }
    for (const { currency, amount } of person.authority) {
      db.insert(authority)
        .values({ ...ofPerson, caseKind: '', currency, amount, fromMs: 0, untilMs: null })
        .run();
    }
  });

const ofPerson = (table: { tenant: SQLiteColumn; personId: SQLiteColumn }) =>
  and(eq(table.tenant, sql.placeholder('tenant')), eq(table.personId, sql.placeholder('personId')));

const statements = perConnection((db) => ({
  person: db.select().from(people).where(ofPerson(people)).prepare(),
  groups: db
    .select({
      kind: personGroups.kind,
      name: personGroups.name,
      fromMs: personGroups.fromMs,
      untilMs: personGroups.untilMs,
    })
    .from(personGroups)
    .where(ofPerson(personGroups))
    .orderBy(asc(personGroups.name))
    .prepare(),
}));

/** For a read that belongs to a larger one. */
export const personIn = (
  db: Db,
  tenant: string,
  personId: string,
  nowMs = Date.now(),
): Person | undefined => {
  const { person, groups: groupsOf } = statements(db);
  const found = person.get({ tenant, personId });
  if (!found) return undefined;
  const groups = groupsOf.all({ tenant, personId });
  const named = (kind: Membership['kind']) => namesHeld(groups, kind, (group) => isIn(group, nowMs));
  const roles = named('role');
  const licences = named('licence');
  const regions = named('region');
  return {
    tenant,
    id: personId,
    name: found.name,
    status: found.status,
    roles,
    departments: named('department'),
    skills: named('skill'),
    authority: limitsOf({ id: personId, roles }, limitsIn(db, tenant, personId, roles), { nowMs }),
    ...(licences.length === 0 ? {} : { licences }),
    ...(regions.length === 0 ? {} : { regions }),
    ...(found.superiorId === null ? {} : { superior: found.superiorId }),
    ...(found.humanId === null ? {} : { humanId: found.humanId }),
    ...(found.calendarId === null ? {} : { calendar: found.calendarId }),
  };
};

/** A person as of now: a right taken away is gone from the next request on. */
export const getPerson = (
  store: Store,
  tenant: string,
  personId: string,
  nowMs?: number,
): Promise<Person | undefined> => store.read((db) => personIn(db, tenant, personId, nowMs));

/** All people of a tenant by id, at most 10,000. */
export const listPeople = (store: Store, tenant: string): Promise<Person[]> =>
  store.read((db) =>
    db
      .select({ id: people.personId })
      .from(people)
      .where(eq(people.tenant, tenant))
      .orderBy(asc(people.personId))
      .limit(10_000)
      .all()
      .map(({ id }) => personIn(db, tenant, id))
      .filter((person) => person !== undefined),
  );
