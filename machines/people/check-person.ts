import {
  comesBack,
  emptyPeriod,
  type Known,
  type PeopleFault,
  unknownDepartment,
  unknownPerson,
  unknownRole,
} from './fault.ts';
import type { Department, Membership, PersonRecord } from './organisation.ts';

const pointerOf: { [kind in Membership['kind']]: string } = {
  role: '/roles',
  department: '/departments',
  skill: '/skills',
  licence: '/licences',
  region: '/regions',
};

/**
 * What speaks against a person's data: roles, departments, a superior or a calendar that there are none of, a circle of
 * superiors, an account of an account, an end before its start, something held twice.
 *
 * @param before what the person is now: a superior who has left, or a department that was closed since, stands in the way
 * of no other change
 */
export const checkPerson = (person: PersonRecord, known: Known, before?: PersonRecord): PeopleFault[] => {
  const { id, superior, humanId, calendar, memberships } = person;
  const hadIt = ({ kind, name }: Membership): boolean =>
    before?.memberships.some((each) => each.kind === kind && each.name === name) ?? false;
  return [
    ...memberships.flatMap((membership) => membershipFaults(membership, known, hadIt(membership))),
    ...repeated(memberships),
    ...(superior === null || superior === before?.superior ? [] : superiorFaults(id, superior, known)),
    ...(humanId === null ? [] : humanFaults(id, humanId, known)),
    ...(calendar === null || known.calendar(calendar)
      ? []
      : [fault('CALENDAR_UNKNOWN', '/calendar', 'is no published calendar')]),
  ];
};

const membershipFaults = (membership: Membership, known: Known, hadIt: boolean): PeopleFault[] => {
  const { kind, name } = membership;
  const pointer = pointerOf[kind];
  return [
    ...(kind === 'role' ? unknownRole(known, name, pointer) : []),
    ...(kind === 'department' && !hadIt ? unknownDepartment(known, name, pointer) : []),
    ...emptyPeriod(membership, pointer),
  ];
};

const repeated = (memberships: Membership[]): PeopleFault[] => {
  const seen = new Set<string>();
  return memberships.flatMap(({ kind, name }) => {
    const key = `${kind} ${name}`;
    const twice = seen.has(key);
    seen.add(key);
    return twice ? [fault('PERIOD_OVERLAPS', pointerOf[kind], 'names the same twice')] : [];
  });
};

const superiorFaults = (id: string, superior: string, known: Known): PeopleFault[] =>
  comesBack(id, superior, (each) => known.person(each)?.superior)
    ? [fault('HIERARCHY_LOOP', '/superior', 'reports, in the end, to this same person')]
    : unknownPerson(known, superior, '/superior');

// The main account is the human being: two hops would leave open who that is.
const humanFaults = (id: string, humanId: string, known: Known): PeopleFault[] => {
  const main = known.person(humanId);
  if (!main) {
    return [fault('PERSON_UNKNOWN', '/samePersonAs', 'is nobody here')];
  }
  return humanId === id || main.humanId !== null || known.hasAccounts(id)
    ? [fault('ACCOUNT_CHAINED', '/samePersonAs', 'must be a main account, and this one must not be one')]
    : [];
};

/**
 * What speaks against a department's data: a parent or head that there is none of, or a circle of parents. `before` as
 * above: a head who has left stays until there is another.
 */
export const checkDepartment = (department: Department, known: Known, before?: Department): PeopleFault[] => {
  const { id, parent, head } = department;
  return [
    ...(parent === null
      ? []
      : comesBack(id, parent, (each) => known.department(each)?.parent)
        ? [fault('HIERARCHY_LOOP', '/parent', 'lies, in the end, under this same department')]
        : unknownDepartment(known, parent, '/parent')),
    ...(head === null || head === before?.head ? [] : unknownPerson(known, head, '/head')),
  ];
};

const fault = (code: PeopleFault['code'], pointer: string, message: string): PeopleFault => ({
  code,
  pointer,
  message,
});
