import { and, eq, ne, sql } from 'drizzle-orm';
import type { Known } from '../../machines/people/fault.ts';
import type { Department, PersonRecord } from '../../machines/people/organisation.ts';
import type { Db } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { calendars, departments, people, roles } from '../schema/index.ts';

const tenant = sql.placeholder('tenant');
const id = sql.placeholder('id');

const statements = perConnection((db) => ({
  person: db
    .select({ status: people.status, superior: people.superiorId, humanId: people.humanId })
    .from(people)
    .where(and(eq(people.tenant, tenant), eq(people.personId, id)))
    .prepare(),
  account: db
    .select({ id: people.personId })
    .from(people)
    .where(and(eq(people.tenant, tenant), eq(people.humanId, id), ne(people.personId, id)))
    .limit(1)
    .prepare(),
  role: db
    .select({ id: roles.roleId })
    .from(roles)
    .where(and(eq(roles.tenant, tenant), eq(roles.roleId, id)))
    .prepare(),
  department: db
    .select({ parent: departments.parentId, status: departments.status })
    .from(departments)
    .where(and(eq(departments.tenant, tenant), eq(departments.departmentId, id)))
    .prepare(),
  calendar: db
    .select({ hash: calendars.hash })
    .from(calendars)
    .where(and(eq(calendars.tenant, tenant), eq(calendars.id, id)))
    .limit(1)
    .prepare(),
}));

/** What is to be true together with what is stored: an import is judged as a whole. */
export interface Coming {
  people: Map<string, PersonRecord>;
  departments: Map<string, Department>;
}

/** What the rules of people data ask about everybody else, as it is in this transaction before it writes. */
export const knownIn = (db: Db, ofTenant: string, coming?: Coming): Known => {
  const { person, account, role, department, calendar } = statements(db);
  const isMainOf = coming && new Set([...coming.people.values()].map(({ humanId }) => humanId));
  const storedPerson = once((each) => person.get({ tenant: ofTenant, id: each }));
  const storedDepartment = once((each) => department.get({ tenant: ofTenant, id: each }));
  return {
    person: (each) => coming?.people.get(each) ?? storedPerson(each),
    hasAccounts: (each) =>
      isMainOf?.has(each) === true || account.get({ tenant: ofTenant, id: each }) !== undefined,
    role: once((each) => role.get({ tenant: ofTenant, id: each }) !== undefined),
    department: (each) => coming?.departments.get(each) ?? storedDepartment(each),
    calendar: once((each) => calendar.get({ tenant: ofTenant, id: each }) !== undefined),
  };
};

/** An import asks the same of thousands of lines. */
const once = <T>(look: (id: string) => T): ((id: string) => T) => {
  const found = new Map<string, T>();
  return (id) => {
    const known = found.get(id);
    if (known !== undefined || found.has(id)) return known as T;
    const looked = look(id);
    found.set(id, looked);
    return looked;
  };
};
