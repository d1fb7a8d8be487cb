import type { Db, Store } from '../db/open.ts';
import { actingDataIn } from '../db/own/acting.ts';
import type { Person } from '../db/own/people.ts';
import { kindOfRightsIn } from '../db/read/asking-case.ts';
import { takenTasksIn } from '../db/read/taken-tasks.ts';
import type { Actor } from '../machines/kernel/command.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import type { AssignmentRequest, CaseActivities } from '../workflows/activity-contract.ts';
import { findAssignee, type RecentChoice } from './find-assignee.ts';

/** Choices that are remembered until the store shows them, or for so long: a case may have refused one. */
const choicesMax = 1_000;
const rememberedMs = 60_000;

const standingIn = (db: Db, person: Person, { tenant, caseId }: AssignmentRequest, nowMs: number): Actor =>
  effectiveActor(actingDataIn(db, person, nowMs), {
    nowMs,
    caseKind: kindOfRightsIn(db, { tenant, caseId }),
  });

interface Choice extends RecentChoice {
  tenant: string;
  taskId: string;
}

/**
 * Chooses an assignee from who may do the task and what each has in hand. Tasks chosen a moment ago are counted though
 * their cases have not recorded it yet; else a burst of new cases would all go to one person.
 */
export const createAssignTask = (
  store: Store,
  now: () => number = Date.now,
): CaseActivities['assignTask'] => {
  let choices: Choice[] = [];

  return async (request) => {
    const { tenant, taskId } = request;
    const chosen = await store.read((db) =>
      db.transaction(() => {
        const nowMs = now();
        const earlier = choices.find((choice) => choice.tenant === tenant && choice.taskId === taskId);
        const ofTenant = choices.filter((choice) => choice.tenant === tenant);
        const taken = takenTasksIn(
          db,
          tenant,
          ofTenant.map((choice) => choice.taskId),
        );
        const since = new Date(nowMs - rememberedMs).toISOString();
        choices = choices
          .filter((choice) => choice !== earlier && choice.at >= since)
          .filter((choice) => choice.tenant !== tenant || !taken.has(choice.taskId))
          .slice(-choicesMax);
        // Asked again it stays, where that person still may.
        const person = findAssignee(
          db,
          { ...request, ...(earlier === undefined ? {} : { person: earlier.personId }) },
          { nowMs, recent: choices.filter((choice) => choice.tenant === tenant) },
        );
        if (person) {
          choices.push({ tenant, taskId, personId: person.id, at: new Date(nowMs).toISOString() });
        }
        return person;
      }),
    );
    if (!chosen) {
      return null;
    }
    const { id, roles, departments } = chosen;
    if (roles.includes(request.role)) {
      return { id, roles, departments };
    }
    // By whose right a substitute may take it.
    const { actsFor } = await store.read((db) => standingIn(db, chosen, request, now()));
    return { id, roles, departments, ...(actsFor === undefined ? {} : { actsFor }) };
  };
};
