import { createHash } from 'node:crypto';
import type { Db, Store } from '../db/open.ts';
import { isAwayIn } from '../db/own/absences.ts';
import { actingDataIn } from '../db/own/acting.ts';
import { definitionByHash } from '../db/own/definitions.ts';
import { substitutesOf } from '../db/own/delegations.ts';
import { type Person, personIn } from '../db/own/people.ts';
import { kindOfRightsIn } from '../db/read/asking-case.ts';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import { isHiddenIn } from '../db/read/out-of-sight.ts';
import { policyOfCaseIn } from '../db/read/policy-of-case.ts';
import { type TaskToHandOn, tasksToHandOn } from '../db/read/tasks-to-hand-on.ts';
import { tasksOfExcluded } from '../db/read/work-of-excluded.ts';
import { systemFacts } from '../machines/kernel/advance.ts';
import { assignmentOf } from '../machines/kernel/assignment.ts';
import type { Actor, Command } from '../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../machines/kernel/definition.ts';
import { rightsOf } from '../machines/kernel/policy/rights.ts';
import { mayUse } from '../machines/kernel/policy.ts';
import { seatRequest } from '../machines/kernel/signing.ts';
import type { Task } from '../machines/kernel/state.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import type { Outcome } from '../workflows/client/outcome.ts';
import { findAssignee } from './find-assignee.ts';
import { createTaskTries } from './task-tries.ts';

/** Sends a command to a case. */
export type SendToCase = (key: { tenant: string; caseId: string }, command: Command) => Promise<Outcome>;

/** What a round that gives tasks to somebody works with. */
export interface RoundParts {
  store: Store;
  send: SendToCase;
  /** Is told of each task that fails. */
  say: (line: string) => void;
  /** Epoch milliseconds; default the present. */
  now?: () => number;
}

/** Tasks that one round takes. */
const takenMax = 100;

/** Whose tasks a round looks at: of people who are away or have left; of those who have no part in the case. */
const lookups = { absent: tasksToHandOn, excluded: tasksOfExcluded };

/**
 * One look at the open tasks of such people, the most urgent first: each goes to who stands in for them, else to somebody
 * chosen anew, by an ordinary command to its case, which records it and tells both. Safe to repeat, and by several
 * processes at once: the command names the state of the case that it was decided by.
 *
 * @returns how many tasks went to somebody
 */
export const createHandOnRound = (
  { store, send, say, now = Date.now }: RoundParts,
  of: keyof typeof lookups = 'absent',
): ((signal?: AbortSignal) => Promise<number>) => {
  const tries = createTaskTries(`tasks of the ${of}`, say);
  return async (signal) => {
    const nowMs = now();
    // What could not be done lately is read again and left alone, so as many more are asked for.
    const found = await lookups[of](store, nowMs, takenMax + tries.begin(nowMs));
    let handed = 0;
    for (const task of found.filter((each) => !tries.isResting(each)).slice(0, takenMax)) {
      if (signal?.aborted) {
        break;
      }
      handed += (await tries.attempt(task, () => handOn(store, send, task, nowMs), nowMs)) ? 1 : 0;
    }
    return handed;
  };
};

const handOn = async (
  store: Store,
  send: SendToCase,
  { tenant, taskId, caseId, assignee, because }: TaskToHandOn,
  nowMs: number,
): Promise<boolean> => {
  const row = await getCase(store, { tenant, caseId });
  const task = row?.state.tasks[taskId];
  const definition = row && (await definitionByHash(store, tenant, row.definitionHash));
  const isOpen = row?.status === 'open' && row.state.mode !== 'historical';
  // Who shall own the case is asked by other verbs, and answers by them.
  const isAsked = task?.adHoc?.kind === 'handover' || task?.adHoc?.kind === 'owner';
  if (!row || !definition || !isOpen || isAsked || task?.status !== 'open' || task.assignee !== assignee) {
    return false;
  }
  const receivers = await store.read((db) =>
    because === 'right-ended' && mayStillDo(db, row, task, assignee, nowMs)
      ? []
      : receiversIn(db, { row, task, assignee, because, runtime: definition.runtime }, nowMs),
  );
  for (const to of receivers) {
    const id = createHash('sha256')
      .update(JSON.stringify(['hand-on', tenant, taskId, assignee, to.id, row.rev]))
      .digest('hex');
    const outcome = await send(
      { tenant, caseId },
      {
        ...{ id, type: 'task', taskId, verb: 'reassign', to, because },
        ...{ expectedRev: row.rev, facts: systemFacts },
      },
    );
    if (outcome.type === 'answered') {
      return true;
    }
    if (outcome.type !== 'refused' || outcome.refusal.code === 'STALE') {
      return false;
    }
  }
  return false;
};

interface Absent {
  row: CaseRow;
  task: Task;
  assignee: string;
  because: TaskToHandOn['because'];
  runtime: RuntimeDefinition;
}

const actorIn = (db: Db, person: Person, kind: string, nowMs: number): Actor =>
  effectiveActor(actingDataIn(db, person, nowMs), { nowMs, caseKind: kind });

/** A substitute's right may hold on, by another absence or as somebody who leads. */
const mayStillDo = (
  db: Db,
  { tenant, caseId, kind, state }: CaseRow,
  task: Task,
  personId: string,
  nowMs: number,
): boolean => {
  const person = personIn(db, tenant, personId, nowMs);
  const actor = person && actorIn(db, person, kind, nowMs);
  const policy = policyOfCaseIn(db, { tenant, caseId });
  return (
    actor !== undefined &&
    (task.adHoc !== undefined ||
      task.seat !== undefined ||
      rightsOf(policy, { actor }).some(({ roles }) => roles.includes(task.role)) ||
      mayUse(policy, { actor }, 'task.reassign', state))
  );
};

/** Who may get it, in the order in which they are asked: who lent it, the substitutes, and who is chosen anew. */
const receiversIn = (db: Db, absent: Absent, nowMs: number): Actor[] => {
  const { row, task, assignee, because } = absent;
  const { tenant, caseId } = row;
  const kind = kindOfRightsIn(db, row) ?? row.kind;
  const isPresent = (person: Person | undefined): person is Person =>
    person?.status === 'active' &&
    person.id !== assignee &&
    !isAwayIn(db, tenant, person.id, nowMs) &&
    !isHiddenIn(db, person, caseId);
  const first = [
    ...(task.delegation === undefined ? [] : [task.delegation.from]),
    ...substitutesOf(db, tenant, assignee, nowMs),
    ...(task.adHoc === undefined ? [] : [task.adHoc.by]),
  ];
  const found = [...new Set(first)].map((id) => personIn(db, tenant, id, nowMs)).filter(isPresent);
  const anew = [chosenAnew(db, absent, nowMs)]
    .filter((person) => person !== undefined)
    // Where everybody is away, two of them would hand it to each other for ever.
    .filter(({ id }) => because === 'left' || !isAwayIn(db, tenant, id, nowMs));
  return [...found, ...anew].map((person) => actorIn(db, person, kind, nowMs));
};

const chosenAnew = (db: Db, { row, task, assignee, runtime }: Absent, nowMs: number): Person | undefined => {
  const { tenant, caseId, state } = row;
  const asked =
    task.seat === undefined ? assignmentOf(runtime, state, task) : seatRequest(runtime, state, task.seat);
  if (!asked && task.seat !== undefined) {
    return undefined;
  }
  // What a person added is for nobody's role: the nearest superior who leads sees to it.
  const request = asked ?? {
    ...{ role: task.role, skills: [], policy: 'least-loaded' as const, notPersons: [] },
    managerOf: [assignee],
  };
  return findAssignee(
    db,
    {
      ...request,
      ...{ tenant, caseId },
      // It was somebody's, so it does not go back to wait for who claims it.
      policy: request.policy === 'by-hand' ? 'least-loaded' : request.policy,
      notPersons: [...request.notPersons, assignee],
    },
    { nowMs },
  );
};
