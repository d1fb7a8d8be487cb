import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTenant, seedEmbedded } from '../../api/seed.ts';
import { allLimitsIn } from '../../db/own/authority.ts';
import { changeDepartment } from '../../db/own/department-changes.ts';
import { departmentsIn } from '../../db/own/departments.ts';
import { knownIn } from '../../db/own/known-people.ts';
import { listPeople } from '../../db/own/people.ts';
import { personRecordIn } from '../../db/own/person-record.ts';
import { staffRoles as lintedRoles } from '../../machines/definition/known-names.ts';
import { currentPolicy } from '../../machines/kernel/policy/table.ts';
import { rolesFor } from '../../machines/kernel/policy.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { exampleOrganisation } from '../../machines/library/organisation.ts';
import { checkLimit } from '../../machines/people/check-limit.ts';
import { checkDepartment, checkPerson } from '../../machines/people/check-person.ts';
import { superiorsOf } from '../../machines/people/superiors-of.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: the example organisation keeps the rules of people data, serves the shipped definitions, and a start
// changes nothing that somebody has changed.

const tenant = embeddedTenant;
const staffRoles = rolesFor(currentPolicy, 'case.see');
let opened: TemporaryStore;
beforeAll(async () => {
  opened = await temporaryStore();
  await seedEmbedded(opened.store);
});
afterAll(() => opened.remove());

test('it has the departments of an insurer, as one tree with heads', () => {
  const { departments } = exampleOrganisation;
  expect(departments.map(({ title }) => title.zh).join(' ')).toMatch(
    /报案中心.*理赔部.*查勘.*理算.*核赔.*医审.*SIU.*法务.*财务.*投诉.*质检.*合规.*监管联络/,
  );
  expect(departments.filter(({ parent }) => parent === null).map(({ id }) => id)).toEqual(['head-office']);
  expect(departments.every(({ head }) => head !== null)).toBe(true);
});

test('it breaks no rule, and so do the people of the demo', async () => {
  const { store } = opened;
  const faults = await store.read((db) => {
    const known = knownIn(db, tenant);
    const limits = allLimitsIn(db, tenant);
    return [
      ...exampleOrganisation.people.flatMap(({ id }) => {
        const person = personRecordIn(db, tenant, id);
        return person ? checkPerson(person, known) : [{ code: 'missing', pointer: id, message: '' }];
      }),
      ...departmentsIn(db, tenant).flatMap((department) => checkDepartment(department, known)),
      ...limits.flatMap((limit, i) => checkLimit(limit, limits.toSpliced(i, 1), known)),
    ];
  });
  expect(faults).toEqual([]);
});

test('its roles are those that definitions may name, and that see cases', () => {
  const roles = exampleOrganisation.roles.map(({ id }) => id).toSorted();
  expect(roles).toEqual([...lintedRoles].toSorted());
  expect(roles).toEqual([...staffRoles].toSorted());
});

test('every role that staff may hold has a person, and every shipped task a department and role that exist', async () => {
  const people = await listPeople(opened.store, tenant);
  expect(
    [...staffRoles].filter((role) => !people.some(({ id, roles }) => id === role && roles.includes(role))),
  ).toEqual([]);
  const tasks = shippedDefinitions().flatMap((document) => Object.values(document.tasks ?? {}));
  expect(tasks.length).toBeGreaterThan(10);
  for (const { role, department } of tasks) {
    expect(
      people.some(
        (person) =>
          person.roles.includes(role) &&
          (department === undefined || person.departments.includes(department)),
      ),
    ).toBe(true);
  }
});

test('the ladder of authority climbs from the adjuster to the committee', async () => {
  const people = await listPeople(opened.store, tenant);
  const cny = (id: string) =>
    people.find((person) => person.id === id)?.authority.find(({ currency }) => currency === 'CNY')?.amount;
  expect(['agent', 'adjuster', 'lead', 'manager', 'head-office'].map(cny)).toEqual([
    undefined,
    1_000_000,
    5_000_000,
    30_000_000,
    100_000_000,
  ]);
  expect(cny('committee')).toBeGreaterThan(100_000_000);
  expect([cny('complaints-manager'), cny('complaints-manager-3')]).toEqual([5_000_000, 100_000_000]);
});

test('an adjuster’s way up ends at the committee', () => {
  const { people, departments } = exampleOrganisation;
  const above = superiorsOf('adjuster-2', {
    person: (id) => people.find((person) => person.id === id),
    department: (id) => departments.find((department) => department.id === id),
  });
  expect(above).toEqual(['lead-2', 'manager', 'head-office', 'committee']);
});

test('the next start leaves alone what somebody has changed', async () => {
  const { store } = opened;
  await changeDepartment(store, tenant, 'survey', { head: 'adjuster-2' }, { actorId: 'admin', atMs: 0 });
  await seedEmbedded(store);
  const survey = await store.read((db) => departmentsIn(db, tenant).find(({ id }) => id === 'survey'));
  expect(survey?.head).toBe('adjuster-2');
});
