import type { Store } from '../db/open.ts';
import { actingData } from '../db/own/acting.ts';
import type { Person } from '../db/own/people.ts';
import { type Candidate, candidatesFor } from '../db/read/candidates.ts';
import { getTask } from '../db/read/get-case.ts';
import { chooseAssignee } from '../machines/kernel/choose-assignee.ts';
import type { Money } from '../machines/kernel/json.ts';
import { rolesFor } from '../machines/kernel/policy.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import type { AssignmentRequest, CaseActivities } from '../workflows/activity-contract.ts';

/** Choices that are remembered until the store shows them. */
const choicesMax = 1_000;

interface Choice {
  tenant: string;
  taskId: string;
  personId: string;
}

/**
 * Chooses an assignee from who may do the task and what each has in hand. Tasks chosen a moment ago are counted though
 * their cases have not recorded it yet; else a burst of new cases would all go to one person.
 */
export const createAssignTask = (store: Store): CaseActivities['assignTask'] => {
  let choices: Choice[] = [];
  /** When each person was last given a task: the store knows it of open tasks only. */
  const lastChosenAt = new Map<string, string>();
  const personKey = (tenant: string, personId: string): string => JSON.stringify([tenant, personId]);

  const forgetRecorded = async (tenant: string): Promise<void> => {
    const open = await Promise.all(
      choices
        .filter((choice) => choice.tenant === tenant)
        .map(async (choice) => {
          const task = await getTask(store, choice);
          return task?.status === 'open' && task.assignee === null ? undefined : choice;
        }),
    );
    choices = choices.filter((choice) => !open.includes(choice)).slice(-choicesMax);
  };

  return async (request) => {
    const { tenant, taskId, policy, samePerson } = request;
    const earlier = choices.find((choice) => choice.tenant === tenant && choice.taskId === taskId);
    await forgetRecorded(tenant);
    const able = await available(store, request, Date.now());
    const candidates = able.map(({ person, openTasks, lastOpenedAt }) => {
      const chosen = choices.filter((choice) => choice.tenant === tenant && choice.personId === person.id);
      return {
        id: person.id,
        openTasks: openTasks + chosen.length,
        lastOpenedAt: lastChosenAt.get(personKey(tenant, person.id)) ?? lastOpenedAt,
      };
    });
    const stays = candidates.some(({ id }) => id === earlier?.personId);
    const personId = stays ? earlier?.personId : chooseAssignee(policy, candidates, samePerson);
    const chosen = able.find(({ person }) => person.id === personId)?.person;
    if (!chosen) {
      return null;
    }
    choices = choices.filter((choice) => choice.tenant !== tenant || choice.taskId !== taskId);
    choices.push({ tenant, taskId, personId: chosen.id });
    lastChosenAt.set(personKey(tenant, chosen.id), new Date().toISOString());
    const { id, roles, departments } = chosen;
    return { id, roles, departments };
  };
};

/**
 * Who may do it, is not away and has a part in the case. Where there is nobody, a lead gets the task to see that it is
 * done: those who lead the task's department first. A seat has its own ladder.
 */
const available = async (
  store: Store,
  { tenant, caseId, role, department, skills, notPersons, seat, atLeast }: AssignmentRequest,
  nowMs: number,
): Promise<Candidate[]> => {
  const common = { tenant, caseId, notPersons, nowMs };
  const inDepartment = department === undefined ? {} : { department };
  const found = await candidatesFor(store, { ...common, ...inDepartment, role, skills });
  const able: Candidate[] = [];
  for (const candidate of found) {
    if (atLeast === undefined || (await mayDecide(store, candidate.person, atLeast))) {
      able.push(candidate);
    }
  }
  if (able.length > 0 || seat !== undefined) {
    return able;
  }
  for (const place of department === undefined ? [{}] : [inDepartment, {}]) {
    for (const lead of rolesFor('task.reassign')) {
      const leads = await candidatesFor(store, { ...common, ...place, role: lead, skills: [] });
      if (leads.length > 0) {
        return leads;
      }
    }
  }
  return [];
};

const mayDecide = async (store: Store, person: Person, { amount, currency }: Money): Promise<boolean> => {
  const nowMs = Date.now();
  const { authority = [] } = effectiveActor(await actingData(store, person, nowMs), { nowMs });
  return authority.some((limit) => limit.currency === currency && limit.amount >= amount);
};
