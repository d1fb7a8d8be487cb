import { assignmentOf, placementOf, taskActed } from './assignment.ts';
import type { ExpressionScope } from './expression.ts';
import { own } from './own.ts';
import { endTransfer } from './owner-transfers.ts';
import { type Cause, nextId, performer, type Run } from './run.ts';
import type { Incident, Task } from './state.ts';

/** Tasks that one case may have in its life. */
export const tasksMax = 5_000;

/** Opens the task that the definition puts on a state, and asks for an assignee where a policy chooses one. */
export const openTask = (run: Run, stateId: string, cause: Cause, scope: () => ExpressionScope): void => {
  const definition = run.compiled.definition.tasks?.[stateId];
  if (!definition) {
    return;
  }
  const taskId = nextId(run);
  const { role, department, choice } = placementOf(run.compiled, definition, scope);
  const task: Task = {
    state: stateId,
    status: 'open',
    role,
    ...(department === undefined ? {} : { department }),
    ...(choice === undefined ? {} : { choice }),
    assignee: null,
    openedAt: run.clock,
  };
  putTask(run, taskId, task);
  askForAssignee(run, taskId, task, cause);
};

/** Asks for somebody to do an open task, where the definition leaves the choice to a policy. */
export const askForAssignee = (run: Run, taskId: string, task: Task, cause?: Cause): void => {
  const { acted, owner } = run.state;
  // Whoever sends an event is remembered only once it is through, and it is what opens the task.
  const sent =
    cause?.event === undefined
      ? {}
      : { [cause.event]: [...(own(acted, cause.event) ?? []), performer(cause.facts).id] };
  const request = assignmentOf(run.compiled.definition, { acted: { ...acted, ...sent }, owner }, task);
  const isByHand = request?.policy === 'by-hand' && request.person === undefined;
  if (!request || isByHand || run.state.mode === 'historical') {
    return;
  }
  run.effects.push({ type: 'assignTask', id: nextId(run), taskId, ...request });
};

/** Persons who completed the tasks of these states. */
export const personsWhoDid = (run: Run, stateIds: string[]): string[] => [
  ...new Set(stateIds.flatMap((stateId) => run.state.acted[taskActed(stateId)] ?? [])),
];

/** Closes the open tasks of a state that is left: completed where the cause is one of their outcomes. */
export const closeTasksOf = (run: Run, stateId: string, cause: Cause): void => {
  for (const [taskId, task] of Object.entries(run.state.tasks)) {
    if (task.state === stateId && task.status === 'open') {
      const outcomes = run.compiled.definition.tasks?.[stateId]?.outcomes ?? [];
      if (cause.event !== undefined && outcomes.includes(cause.event)) {
        completeTask(run, taskId, cause.event, performer(cause.facts).id, cause.rightOf);
      } else {
        if (task.transfer !== undefined) {
          endTransfer(run, task.transfer, 'withdrawn');
        }
        putTask(run, taskId, { ...task, status: 'cancelled', closedAt: run.clock });
        dropAssignment(run, taskId);
      }
    }
  }
};

/** @param rightOf whose right was used, where it was lent to who completes it */
export const completeTask = (
  run: Run,
  taskId: string,
  outcome: string,
  personId: string,
  rightOf?: string,
): void => {
  const task = run.state.tasks[taskId];
  if (task?.status !== 'open') {
    return;
  }
  if (task.transfer !== undefined) {
    endTransfer(run, task.transfer, 'accepted');
  }
  putTask(run, taskId, { ...task, status: 'completed', closedAt: run.clock, completedBy: personId, outcome });
  rememberActed(run, taskActed(task.state), personId, rightOf);
  dropAssignment(run, taskId);
};

export const putTask = (run: Run, taskId: string, task: Task): void => {
  run.state = { ...run.state, tasks: { ...run.state.tasks, [taskId]: task } };
  if (task.status !== 'open') {
    settleIncidentOf(run, taskId);
  }
};

/** That nobody could be found for a task is over with the task. */
const settleIncidentOf = (run: Run, taskId: string): void => {
  const { incidents } = run.state;
  const isOver = (incident: Incident): boolean => incident.taskId === taskId && incident.status === 'open';
  if (incidents.some(isOver)) {
    run.state = {
      ...run.state,
      incidents: incidents.map((each) =>
        isOver(each) ? { ...each, status: 'resolved', resolvedAt: run.clock } : each,
      ),
    };
  }
};

/**
 * Remembers who did something, once per person, whoever acted last. Who lent the right has had a part in it as well:
 * else two people could pass four eyes by lending to each other.
 */
export const rememberActed = (run: Run, what: string, personId: string, rightOf = personId): void => {
  const before = run.state.acted[what] ?? [];
  const by = rightOf === personId ? [personId] : [rightOf, personId];
  const acted = [...before.filter((id) => !by.includes(id)), ...by];
  run.state = { ...run.state, acted: { ...run.state.acted, [what]: acted } };
};

// A task opened and closed within one step needs nobody.
export const dropAssignment = (run: Run, taskId: string): void => {
  run.effects = run.effects.filter((effect) => effect.type !== 'assignTask' || effect.taskId !== taskId);
};
