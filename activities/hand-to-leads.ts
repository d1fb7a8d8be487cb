import { createHash } from 'node:crypto';
import type { Db, Store } from '../db/open.ts';
import { actingDataIn } from '../db/own/acting.ts';
import { definitionByHash } from '../db/own/definitions.ts';
import { firstCandidatesIn } from '../db/read/candidates.ts';
import { getCase } from '../db/read/get-case.ts';
import {
  type WaitingGroup,
  type WaitingTask,
  waitingGroups,
  waitingTasks,
} from '../db/read/waiting-groups.ts';
import { systemFacts } from '../machines/kernel/advance.ts';
import { assignmentOf } from '../machines/kernel/assignment.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import { findAssignee } from './find-assignee.ts';
import type { RoundParts, SendToCase } from './hand-on-tasks.ts';
import { createTaskTries } from './task-tries.ts';

/** Tasks of one group that a round tries. */
const triedMax = 100;

/**
 * One look at the tasks that wait for people of whom nobody is there: each goes to who leads, so that it waits nowhere.
 * Seats of a decision have a ladder of their own. Safe to repeat, and by several processes at once.
 *
 * @returns how many tasks went to somebody
 */
export const createLeadRound = ({
  store,
  send,
  say,
  now = Date.now,
}: RoundParts): ((signal?: AbortSignal) => Promise<number>) => {
  const tries = createTaskTries('tasks that wait for nobody', say);
  return async (signal) => {
    const nowMs = now();
    tries.begin(nowMs);
    const groups = await waitingGroups(store);
    const deserted = await store.read((db) => groups.filter((group) => !hasAnybodyIn(db, group, nowMs)));
    let handed = 0;
    for (const group of deserted) {
      let tried = 0;
      for await (const task of waitingTasks(store, group)) {
        if (signal?.aborted) {
          return handed;
        }
        if (tries.isResting(task)) {
          continue;
        }
        handed += (await tries.attempt(task, () => giveToLead(store, send, task, nowMs), nowMs)) ? 1 : 0;
        tried += 1;
        if (tried === triedMax) {
          break;
        }
      }
    }
    return handed;
  };
};

const hasAnybodyIn = (db: Db, { tenant, role, department }: WaitingGroup, nowMs: number): boolean =>
  firstCandidatesIn(
    db,
    {
      ...{ tenant, skills: [], notPersons: [], nowMs },
      ...(role === '' ? {} : { role }),
      ...(department === null ? {} : { department }),
    },
    { order: 'load', isEnough: () => true },
  ).length > 0;

const giveToLead = async (
  store: Store,
  send: SendToCase,
  { tenant, caseId, taskId }: WaitingTask,
  nowMs: number,
): Promise<boolean> => {
  const row = await getCase(store, { tenant, caseId });
  const task = row?.state.tasks[taskId];
  const definition = row && (await definitionByHash(store, tenant, row.definitionHash));
  const request = task && definition && assignmentOf(definition.runtime, row.state, task);
  const isWaiting = row?.status === 'open' && row.state.mode !== 'historical' && task?.status === 'open';
  if (!isWaiting || !request || task.seat !== undefined || task.assignee !== null) {
    return false;
  }
  const to = await store.read((db) => {
    const person = findAssignee(db, { ...request, tenant, caseId, policy: 'least-loaded' }, { nowMs });
    return person && effectiveActor(actingDataIn(db, person, nowMs), { nowMs, caseKind: row.kind });
  });
  if (to === undefined) {
    return false;
  }
  const id = createHash('sha256')
    .update(JSON.stringify(['to-lead', tenant, taskId, to.id, row.rev]))
    .digest('hex');
  const outcome = await send(
    { tenant, caseId },
    { ...{ id, type: 'task', taskId, verb: 'assign', to }, expectedRev: row.rev, facts: systemFacts },
  );
  return outcome.type === 'answered';
};
