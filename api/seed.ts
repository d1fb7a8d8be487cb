import type { Store } from '../db/open.ts';
import { allLimitsIn, writeLimit } from '../db/own/authority.ts';
import { findDefinition, publishCalendar, publishDefinition } from '../db/own/definitions.ts';
import { departmentsIn, putDepartment } from '../db/own/departments.ts';
import { getPerson, type Person, putPerson } from '../db/own/people.ts';
import { putRole } from '../db/own/roles.ts';
import { definitionHash } from '../machines/definition/hash.ts';
import { runtimePart } from '../machines/definition/runtime-part.ts';
import { calendarHash } from '../machines/kernel/compile.ts';
import type { Json, JsonObject } from '../machines/kernel/json.ts';
import { shippedCalendars, shippedDefinitions } from '../machines/library/index.ts';
import { type ExamplePerson, exampleOrganisation } from '../machines/library/organisation.ts';
import { isSameLine } from '../machines/people/check-limit.ts';
import { embeddedTenant } from './embedded-tenant.ts';

export { embeddedTenant };

/**
 * Makes the tenant of the embedded default what it must be at each start. What is there already stays.
 *
 * @param options.demoPeople false where people sign in for real: nobody of them is made
 * @returns the shipped versions that the store holds with other content, as `id@version`: those of the store are used
 */
export const seedEmbedded = async (
  store: Store,
  tenant = embeddedTenant,
  { demoPeople = true } = {},
): Promise<string[]> => {
  await seedOrganisation(store, tenant, demoPeople);
  for (const [id, calendar] of Object.entries(shippedCalendars)) {
    await publishCalendar(store, tenant, {
      id,
      hash: calendarHash(calendar),
      calendar: calendar as unknown as Json,
    });
  }
  const different: string[] = [];
  for (const document of shippedDefinitions()) {
    const { id, version } = document;
    const hash = definitionHash(document);
    const there = await findDefinition(store, tenant, `${id}@${version}`);
    if (!there) {
      const content = { document: document as unknown as JsonObject, runtime: runtimePart(document) };
      await publishDefinition(store, tenant, { id, version, hash, ...content });
    } else if (there.hash !== hash) {
      different.push(`${id}@${version}`);
    }
  }
  return different;
};

/** The example organisation with its demo people: one for each role, with the role as their id, and some more. */
const seedOrganisation = async (store: Store, tenant: string, demoPeople: boolean): Promise<void> => {
  const { roles, departments, currencies, authority, people } = exampleOrganisation;
  const there = await store.read((db) => ({
    departments: departmentsIn(db, tenant).map(({ id }) => id),
    limits: allLimitsIn(db, tenant),
  }));
  const limits = authority.flatMap(({ role, amount }) =>
    currencies.map((currency) => ({
      ...{ holder: { kind: 'role', id: role } as const, caseKind: null, currency, amount },
      ...{ fromMs: null, untilMs: null },
    })),
  );
  await Promise.all([
    ...roles.map((role) => putRole(store, tenant, role)),
    ...departments
      .filter(({ id }) => !there.departments.includes(id))
      .map((department) => putDepartment(store, tenant, department)),
    ...limits
      .filter((limit) => !there.limits.some((each) => isSameLine(each, limit)))
      .map((limit) => store.write((db) => writeLimit(db, tenant, limit))),
    ...(demoPeople ? people : []).map(async (person) => {
      if (!(await getPerson(store, tenant, person.id))) {
        await putPerson(store, demoPerson(tenant, person));
      }
    }),
  ]);
};

const demoPerson = (
  tenant: string,
  { id, roles, departments, superior, authority }: ExamplePerson,
): Person => ({
  ...{ tenant, id, name: `Demo ${id}`, status: 'active', roles, departments, skills: [] },
  authority:
    authority === undefined
      ? []
      : exampleOrganisation.currencies.map((currency) => ({ amount: authority, currency })),
  ...(superior === null ? {} : { superior }),
});
