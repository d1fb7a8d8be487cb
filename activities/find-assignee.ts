import type { Db } from '../db/open.ts';
import { actingDataIn } from '../db/own/acting.ts';
import { substitutesOf } from '../db/own/delegations.ts';
import { departmentIn } from '../db/own/departments.ts';
import { calendarIn } from '../db/own/notifications-calendar.ts';
import { type Person, personIn } from '../db/own/people.ts';
import { surgeIn } from '../db/own/surge.ts';
import { kindOfRightsIn } from '../db/read/asking-case.ts';
import { type Candidate, type CandidateQuery, firstCandidatesIn } from '../db/read/candidates.ts';
import { policyOfCaseIn } from '../db/read/policy-of-case.ts';
import { chooseAssignee } from '../machines/kernel/choose-assignee.ts';
import type { Money } from '../machines/kernel/json.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';
import { rolesFor } from '../machines/kernel/policy.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import { superiorsOf } from '../machines/people/superiors-of.ts';
import { rosterNow } from '../machines/surge/on-roster.ts';
import type { SurgePlan } from '../machines/surge/plan.ts';
import type { AssignmentRequest } from '../workflows/activity-contract.ts';

/** Somebody chosen a moment ago: their case has not recorded it yet. */
export interface RecentChoice {
  personId: string;
  /** RFC 3339 UTC. */
  at: string;
}

export interface FindOptions {
  /** Epoch milliseconds. */
  nowMs: number;
  recent?: readonly RecentChoice[];
}

type Wanted = Omit<AssignmentRequest, 'effectId' | 'taskId'>;

/**
 * Who gets a task: one of those who may do it, are not away and have a part in the case, chosen by the kernel's rules;
 * where all of them are away, who stands in for one of them. Where there is nobody, a lead gets it to see that it is
 * done. A seat has its own ladder.
 */
export const findAssignee = (db: Db, wanted: Wanted, options: FindOptions): Person | undefined => {
  const { tenant, caseId, role, department, skills, licences, regions, notPersons, policy, atLeast } = wanted;
  const { nowMs, recent = [] } = options;
  const present = { tenant, caseId, notPersons, nowMs };
  const able = {
    ...{ ...present, role, skills },
    ...(department === undefined ? {} : { department }),
    ...(licences === undefined ? {} : { licences }),
    ...(regions === undefined ? {} : { regions }),
  };
  const caseKind = atLeast && kindOfRightsIn(db, { tenant, caseId });
  const isAble = (person: Person): boolean =>
    atLeast === undefined || mayDecide(db, person, atLeast, { nowMs, caseKind });
  const [preferred] = preferredIn(db, wanted, able, present, isAble);
  if (preferred) {
    return preferred;
  }
  if (policy === 'by-hand') {
    return undefined;
  }
  // Whoever was chosen just now has more in hand than is stored: the first who was not is the last to look at.
  const isRecent = ({ person }: Candidate): boolean => recent.some(({ personId }) => personId === person.id);
  const among = (query: CandidateQuery): Candidate[] =>
    firstCandidatesIn(db, query, {
      order: policy === 'round-robin' ? 'turn' : 'load',
      isEnough: (candidate) => !isRecent(candidate),
      isAble,
    });
  // While surge mode is on, whoever is on its roster now goes first.
  const onRoster = rosterIn(db, tenant, role, nowMs).map((line) => ({
    ...able,
    ...(line.skill === undefined ? {} : { skills: [...skills, line.skill] }),
    ...(line.department === undefined ? {} : { department: line.department }),
  }));
  const candidates = [...onRoster, able].reduce<Candidate[]>(
    (found, query) => (found.length > 0 ? found : among(query)),
    [],
  );
  const chosen = chooseAssignee(
    policy,
    candidates.map((candidate) => withRecent(candidate, recent)),
  );
  return (
    candidates.find(({ person }) => person.id === chosen)?.person ??
    standInFor(db, { ...wanted, ...able }, isAble) ??
    (wanted.seat === undefined ? leadFor(db, present, department) : undefined)
  );
};

/** Where all who may do a task are away: the first of their substitutes who may do it by such a right. */
const standInFor = (
  db: Db,
  { policy: _, atLeast, ...able }: CandidateQuery & Wanted & { nowMs: number; role: string },
  isAble: (person: Person) => boolean,
): Person | undefined => {
  const { tenant, caseId, role, notPersons, nowMs } = able;
  const caseKind = kindOfRightsIn(db, { tenant, caseId });
  const standInsOf = (holder: Person): Person[] =>
    substitutesOf(db, tenant, holder.id, nowMs).flatMap((only) => {
      const query = { tenant, caseId, notPersons, nowMs, skills: [], only };
      const [found] = firstCandidatesIn(db, query, { order: 'load', isEnough: () => true });
      const { actsFor = [] } = found
        ? effectiveActor(actingDataIn(db, found.person, nowMs), { nowMs, caseKind })
        : {};
      const mayDoIt = actsFor.some(
        ({ personId, roles, authority }) =>
          personId === holder.id &&
          roles.includes(role) &&
          (atLeast === undefined || covers(authority, atLeast)),
      );
      return found && mayDoIt ? [found.person] : [];
    });
  const { nowMs: __, ...present } = able;
  const holders = firstCandidatesIn(db, present, {
    order: 'load',
    isEnough: ({ person }) => standInsOf(person).length > 0,
    isAble,
  });
  return holders.flatMap(({ person }) => standInsOf(person)).at(0);
};

const withRecent = (
  { person: { id }, openTasks, lastOpenedAt }: Candidate,
  recent: readonly RecentChoice[],
): Parameters<typeof chooseAssignee>[1][number] => {
  const chosen = recent.filter(({ personId }) => personId === id).map(({ at }) => at);
  const last = [lastOpenedAt ?? '', ...chosen].toSorted().at(-1);
  return { id, openTasks: openTasks + chosen.length, lastOpenedAt: last || null };
};

type Present = Pick<CandidateQuery, 'tenant' | 'caseId' | 'notPersons' | 'nowMs'>;

/** The person named for it, who did the earlier step, or the nearest superior: the first who may get it. */
const preferredIn = (
  db: Db,
  { tenant, person, samePerson, managerOf: [of] = [] }: Wanted,
  able: CandidateQuery,
  present: Present,
  isAble: (person: Person) => boolean,
): Person[] => {
  const oneOf = (query: CandidateQuery, only: string): Person[] =>
    firstCandidatesIn(db, { ...query, only }, { order: 'load', isEnough: () => true, isAble }).map(
      (found) => found.person,
    );
  const named = [person, samePerson].filter((id) => id !== undefined).flatMap((id) => oneOf(able, id));
  if (of === undefined || named.length > 0) {
    return named;
  }
  const above = superiorsOf(of, {
    person: (id) => {
      const found = personIn(db, tenant, id, present.nowMs);
      return found && { superior: found.superior ?? null, departments: found.departments };
    },
    department: (id) => departmentIn(db, tenant, id),
  });
  return above.flatMap((id) => [
    ...oneOf({ ...present, skills: [], ...roleOf(able) }, id),
    ...oneOf({ ...present, skills: [] }, id).filter(leads(policyOfCaseIn(db, present))),
  ]);
};

const rosterIn = (db: Db, tenant: string, role: string, nowMs: number): SurgePlan['roster'] => {
  const plan = surgeIn(db, tenant, nowMs)?.plan;
  const calendar = plan && calendarIn(db, tenant, plan.calendar);
  return plan && calendar ? rosterNow(plan, calendar, role, nowMs) : [];
};

const roleOf = ({ role }: CandidateQuery): Pick<CandidateQuery, 'role'> =>
  role === undefined ? {} : { role };

const leads = (policy: Policy): ((person: Person) => boolean) => {
  const leading = rolesFor(policy, 'task.reassign');
  return ({ roles }) => leading.some((lead) => roles.includes(lead));
};

const departmentsMax = 50;

/**
 * Whom a task goes to that nobody can do: a lead of its department, its head, then its managers, then those of the
 * department above; without one, anybody who leads. Those who are away only where nobody else is left.
 */
const leadFor = (db: Db, present: Present, department: string | undefined): Person | undefined => {
  const policy = policyOfCaseIn(db, present);
  const [first, ...others] = rolesFor(policy, 'task.reassign');
  const { nowMs: _, ...everybody } = present;
  for (const among of [present, everybody]) {
    const least = (query: Partial<CandidateQuery>): Person | undefined =>
      firstCandidatesIn(
        db,
        { ...among, skills: [], ...query },
        { order: 'load', isEnough: () => true, isAble: leads(policy) },
      ).at(0)?.person;
    const inRole = (role: string | undefined, place: Partial<CandidateQuery>): Person | undefined =>
      role === undefined ? undefined : least({ role, ...place });
    let at = department ?? null;
    for (let steps = 0; at !== null && steps < departmentsMax; steps += 1) {
      const here = departmentIn(db, present.tenant, at);
      const place = { department: at };
      const head = here?.head ?? null;
      const found =
        inRole(first, place) ??
        (head === null ? undefined : least({ only: head })) ??
        others.map((role) => inRole(role, place)).find((person) => person !== undefined);
      if (found) {
        return found;
      }
      at = here?.parent ?? null;
    }
    const anywhere = [first, ...others]
      .map((role) => inRole(role, {}))
      .find((person) => person !== undefined);
    if (anywhere) {
      return anywhere;
    }
  }
  return undefined;
};

const mayDecide = (
  db: Db,
  person: Person,
  amount: Money,
  at: { nowMs: number; caseKind: string | undefined },
): boolean => {
  const { authority } = effectiveActor(actingDataIn(db, person, at.nowMs), at);
  return covers(authority, amount);
};

const covers = (limits: readonly Money[] = [], { amount, currency }: Money): boolean =>
  limits.some((limit) => limit.currency === currency && limit.amount >= amount);
