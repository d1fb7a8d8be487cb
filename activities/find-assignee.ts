import type { Db } from '../db/open.ts';
import { calendarIn } from '../db/own/notifications-calendar.ts';
import type { Person } from '../db/own/people.ts';
import { surgeIn } from '../db/own/surge.ts';
import { kindOfRightsIn } from '../db/read/asking-case.ts';
import { type Candidate, type CandidateQuery, firstCandidatesIn } from '../db/read/candidates.ts';
import { chooseAssignee } from '../machines/kernel/choose-assignee.ts';
import { rosterNow } from '../machines/surge/on-roster.ts';
import type { SurgePlan } from '../machines/surge/plan.ts';
import { findLead } from './find-lead.ts';
import { findPreferred } from './find-preferred.ts';
import { findStandIn } from './find-stand-in.ts';
import { mayDecide } from './may-decide.ts';
import type { Wanted } from './wanted.ts';

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

/**
 * Who gets a task: one of those who may do it, are not away and have a part in the case, chosen by the kernel's rules;
 * where the person named for it or all of them are away, who stands in for them. Where there is nobody, a lead gets it
 * to see that it is done. A seat has its own ladder.
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
  const { person: named } = wanted;
  const preferred =
    findPreferred(db, wanted, able, present, isAble) ??
    (named === undefined ? undefined : findStandIn(db, { ...wanted, ...able, only: named }, isAble));
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
    findStandIn(db, { ...wanted, ...able }, isAble) ??
    (wanted.seat === undefined ? findLead(db, present, department) : undefined)
  );
};

const withRecent = (
  { person: { id }, openTasks, lastOpenedAt }: Candidate,
  recent: readonly RecentChoice[],
): Parameters<typeof chooseAssignee>[1][number] => {
  const chosen = recent.filter(({ personId }) => personId === id).map(({ at }) => at);
  const last = [lastOpenedAt ?? '', ...chosen].toSorted().at(-1);
  return { id, openTasks: openTasks + chosen.length, lastOpenedAt: last || null };
};

const rosterIn = (db: Db, tenant: string, role: string, nowMs: number): SurgePlan['roster'] => {
  const plan = surgeIn(db, tenant, nowMs)?.plan;
  const calendar = plan && calendarIn(db, tenant, plan.calendar);
  return plan && calendar ? rosterNow(plan, calendar, role, nowMs) : [];
};
