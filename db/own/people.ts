import { and, asc, eq, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Money } from '../../machines/kernel/json.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { authorityLimits, departments, people, personGroups } from '../schema/index.ts';

export interface Person {
  tenant: string;
  id: string;
  name: string;
  status: 'active' | 'disabled';
  roles: string[];
  departments: string[];
  skills: string[];
  /** The highest amount the person may decide, per currency. */
  authority: Money[];
}

/** Makes a person, or makes an existing one exactly this. */
export const putPerson = (store: Store, person: Person): Promise<void> =>
  store.write((db) => {
    const { tenant, id: personId, name, status } = person;
    db.insert(people)
      .values({ tenant, personId, name, status })
      .onConflictDoUpdate({ target: [people.tenant, people.personId], set: { name, status } })
      .run();
    db.delete(personGroups)
      .where(and(eq(personGroups.tenant, tenant), eq(personGroups.personId, personId)))
      .run();
    db.delete(authorityLimits)
      .where(and(eq(authorityLimits.tenant, tenant), eq(authorityLimits.personId, personId)))
      .run();
    const groups = [
      ...person.roles.map((group) => ({ kind: 'role', name: group }) as const),
      ...person.departments.map((group) => ({ kind: 'department', name: group }) as const),
      ...person.skills.map((group) => ({ kind: 'skill', name: group }) as const),
    ];
    for (const group of groups) {
      db.insert(personGroups)
        .values({ tenant, personId, ...group })
        .onConflictDoNothing()
        .run();
    }
    for (const { currency, amount } of person.authority) {
      db.insert(authorityLimits).values({ tenant, personId, currency, amount }).run();
    }
  });

const ofPerson = (table: { tenant: SQLiteColumn; personId: SQLiteColumn }) =>
  and(eq(table.tenant, sql.placeholder('tenant')), eq(table.personId, sql.placeholder('personId')));

const statements = perConnection((db) => ({
  person: db.select().from(people).where(ofPerson(people)).prepare(),
  groups: db
    .select({ kind: personGroups.kind, name: personGroups.name })
    .from(personGroups)
    .where(ofPerson(personGroups))
    .orderBy(asc(personGroups.name))
    .prepare(),
  authority: db
    .select({ amount: authorityLimits.amount, currency: authorityLimits.currency })
    .from(authorityLimits)
    .where(ofPerson(authorityLimits))
    .prepare(),
}));

/** For a read that belongs to a larger one. */
export const personIn = (db: Db, tenant: string, personId: string): Person | undefined => {
  const { person, groups: groupsOf, authority: authorityOf } = statements(db);
  const found = person.get({ tenant, personId });
  if (!found) return undefined;
  const groups = groupsOf.all({ tenant, personId });
  const authority = authorityOf.all({ tenant, personId });
  const named = (kind: string) => groups.filter((group) => group.kind === kind).map(({ name }) => name);
  return {
    tenant,
    id: personId,
    name: found.name,
    status: found.status,
    roles: named('role'),
    departments: named('department'),
    skills: named('skill'),
    authority,
  };
};

/** A person as of now: a right taken away is gone from the next request on. */
export const getPerson = (store: Store, tenant: string, personId: string): Promise<Person | undefined> =>
  store.read((db) => personIn(db, tenant, personId));

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

export interface Department {
  id: string;
  title: { zh: string; en: string };
}

export const putDepartment = (store: Store, tenant: string, { id, title }: Department): Promise<void> =>
  store.write((db) => {
    const titles = { titleZh: title.zh, titleEn: title.en };
    db.insert(departments)
      .values({ tenant, departmentId: id, ...titles })
      .onConflictDoUpdate({ target: [departments.tenant, departments.departmentId], set: titles })
      .run();
  });

export const listDepartments = (store: Store, tenant: string): Promise<Department[]> =>
  store.read((db) =>
    db
      .select()
      .from(departments)
      .where(eq(departments.tenant, tenant))
      .orderBy(asc(departments.departmentId))
      .all()
      .map(({ departmentId, titleZh, titleEn }) => ({
        id: departmentId,
        title: { zh: titleZh, en: titleEn },
      })),
  );
