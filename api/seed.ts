import type { Store } from '../db/open.ts';
import { findDefinition, publishCalendar, publishDefinition } from '../db/own/definitions.ts';
import { putDepartment } from '../db/own/departments.ts';
import { getPerson, type Person, putPerson } from '../db/own/people.ts';
import { definitionHash } from '../machines/definition/hash.ts';
import { runtimePart } from '../machines/definition/runtime-part.ts';
import { calendarHash } from '../machines/kernel/compile.ts';
import type { Json, JsonObject } from '../machines/kernel/json.ts';
import { shippedCalendars, shippedDefinitions } from '../machines/library/index.ts';
import { embeddedTenant } from './embedded-tenant.ts';
import { staffRoles } from './rights.ts';

export { embeddedTenant };

const departments = [
  { id: 'customer-service', title: { zh: '客户服务部', en: 'Customer service' } },
  { id: 'claims', title: { zh: '理赔部', en: 'Claims' } },
  { id: 'complaints', title: { zh: '消费者权益保护部', en: 'Complaints' } },
  { id: 'underwriting', title: { zh: '核保部', en: 'Underwriting' } },
  { id: 'legal', title: { zh: '法务部', en: 'Legal' } },
  { id: 'finance', title: { zh: '财务部', en: 'Finance' } },
  { id: 'medical', title: { zh: '医务部', en: 'Medical' } },
  { id: 'compliance', title: { zh: '合规部', en: 'Compliance' } },
];

const departmentOf: { [role: string]: string } = {
  agent: 'customer-service',
  adjuster: 'claims',
  lead: 'claims',
  manager: 'claims',
  siu: 'claims',
  medical: 'medical',
  underwriter: 'underwriting',
  legal: 'legal',
  finance: 'finance',
  handler: 'complaints',
  'complaints-manager': 'complaints',
  qa: 'complaints',
  compliance: 'compliance',
  'regulator-liaison': 'compliance',
};

/** Roles with a second and a third person, so that work can be shared and four eyes found. */
const severalOf = ['agent', 'adjuster', 'lead', 'handler', 'finance', 'complaints-manager', 'qa'];

/** The highest amount that holders of a role may decide, in fen and in cents alike. */
const authorityOf: { [role: string]: number } = {
  adjuster: 1_000_000,
  lead: 5_000_000,
  'complaints-manager': 5_000_000,
  manager: 30_000_000,
};

/**
 * Makes the tenant of the embedded default what it must be at each start. What is there already stays.
 *
 * @returns the shipped versions that the store holds with other content, as `id@version`: those of the store are used
 */
export const seedEmbedded = async (store: Store, tenant = embeddedTenant): Promise<string[]> => {
  for (const department of departments) {
    await putDepartment(store, tenant, department);
  }
  for (const person of demoPeople(tenant)) {
    if (!(await getPerson(store, tenant, person.id))) {
      await putPerson(store, person);
    }
  }
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

/** The demo people: one for each role, with the role as their id, and some more. */
const demoPeople = (tenant: string): Person[] =>
  staffRoles.flatMap((role) =>
    [role, ...(severalOf.includes(role) ? [`${role}-2`, `${role}-3`] : [])].map((id) =>
      demoPerson(tenant, role, id),
    ),
  );

/** Persons who decide more than their role does: what goes beyond the managers is for the committee's member. */
const authorityOfPerson: { [personId: string]: number } = { 'complaints-manager-3': 100_000_000 };

const demoPerson = (tenant: string, role: string, id: string): Person => {
  const department = departmentOf[role];
  const amount = authorityOfPerson[id] ?? authorityOf[role];
  return {
    tenant,
    id,
    name: `Demo ${id}`,
    status: 'active',
    roles: [role],
    departments: department === undefined ? [] : [department],
    skills: [],
    authority: amount === undefined ? [] : ['CNY', 'USD', 'GBP'].map((currency) => ({ amount, currency })),
  };
};
