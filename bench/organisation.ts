import type { Store } from '../db/open.ts';
import { importOrganisation } from '../db/own/import-organisation.ts';
import type { Department, Membership, PersonRecord } from '../machines/people/organisation.ts';

/** The role that everybody holds. */
export const everybodysRole = 'handler';

const branches = 10;
const roles = ['adjuster', 'agent', 'finance', 'legal', everybodysRole];
/** One person of so many has left. */
const leftEvery = 100;

/** Makes people, two departments and two roles each, and a tree of departments, ten below each; some have left. */
export const addOrganisation = async (
  store: Store,
  tenant: string,
  { people, departments }: { people: number; departments: number },
): Promise<void> => {
  const report = await importOrganisation(
    store,
    tenant,
    {
      departments: numbered(departments, (n) => departmentOf(n)),
      people: numbered(people, (n) => personOf(n, departments)),
      authority: [],
      absences: [],
      delegations: [],
    },
    { by: { actorId: 'system', atMs: Date.now() }, dryRun: false },
  );
  const [bad] = report.bad;
  if (bad) {
    throw new Error(`The benchmark's own organisation is refused: ${bad.pointer} ${bad.reason}`);
  }
};

const numbered = <T extends { id: string }>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => {
    const made = make(n);
    return { line: n + 2, value: { id: made.id, change: () => made } };
  });

const departmentOf = (n: number): Department => ({
  id: `dept-${n}`,
  title: { zh: `部门 ${n}`, en: `Department ${n}` },
  parent: n === 0 ? null : `dept-${Math.floor((n - 1) / branches)}`,
  head: null,
  status: 'active',
});

const personOf = (n: number, departments: number): PersonRecord => ({
  id: `worker-${n}`,
  name: `Worker ${n}`,
  status: n % leftEvery === leftEvery - 1 ? 'disabled' : 'active',
  humanId: null,
  superior: null,
  calendar: null,
  memberships: [
    ...[...new Set([everybodysRole, roles[n % roles.length] ?? everybodysRole])].map((name) =>
      membership('role', name),
    ),
    ...[...new Set([n % departments, (n * 7) % departments])].map((d) =>
      membership('department', `dept-${d}`),
    ),
  ],
});

const membership = (kind: Membership['kind'], name: string): Membership => ({
  kind,
  name,
  fromMs: null,
  untilMs: null,
});
