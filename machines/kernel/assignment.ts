import { isPlainObject } from './canonical-json.ts';
import type { Compiled } from './compile.ts';
import type { AssignmentPolicy, RuntimeDefinition, TaskDefinition } from './definition.ts';
import type { Effect } from './effect.ts';
import { type Expression, type ExpressionScope, evaluate, isExpression } from './expression.ts';
import type { Json } from './json.ts';
import { own } from './own.ts';
import type { CaseState, Task } from './state.ts';

/** Who did something in the case before: completed the task of a state, or sent an event. The last one counts. */
export type EarlierPart = { task: string } | { event: string };

/** How a task finds its person; what is computed, is so when the task opens. */
export type TaskAssignment =
  | AssignmentPolicy
  /** As least-loaded, without who did the other part. It only chooses: what must never be one person is `notBy`. */
  | { notSameAs: EarlierPart }
  /** The nearest superior who may do it, else the nearest who may hand it on. */
  | { managerOf: 'owner' | EarlierPart }
  /** A person's id, or `{person, role, department, policy}` with any of them. */
  | { by: Expression }
  /** A table whose outputs are any of `person`, `role`, `department`, `policy`. */
  | { decision: string };

/** Policies that an expression or a table may name. */
export const plainPolicies = ['least-loaded', 'round-robin', 'by-hand'] as const;

/** What an expression or a table may say of who gets a task. */
export const choiceFields = ['person', 'role', 'department', 'policy'] as const;

/** What the definition said of one task when it opened; its role and department stand on the task itself. */
export interface TaskChoice {
  person?: string;
  policy?: (typeof plainPolicies)[number];
  /** Who gets it holds one of these. */
  regions?: string[];
  /** The rules of the table that said so, numbered from 1. */
  rules?: number[];
}

/** Where a task goes, as it opens. */
export interface Placement {
  role: string;
  department?: string;
  choice?: TaskChoice;
}

/**
 * Computes where a task goes. What names no text counts as nothing said, and so does a role that may send none of the
 * task's outcomes: the task would be somebody's who cannot end it.
 */
export const placementOf = (
  compiled: Compiled,
  task: TaskDefinition,
  scope: () => ExpressionScope,
): Placement => {
  const { assign, regions } = task;
  const said = saidOf(compiled, assign, scope);
  const given = textOf(said.value.role);
  const role = given !== undefined && mayEnd(compiled.definition, task, given) ? given : undefined;
  const department = textOf(said.value.department) ?? (role === undefined ? task.department : undefined);
  const policy = plainPolicies.find((each) => each === said.value.policy);
  const person = textOf(said.value.person);
  const within = isExpression(regions) ? textsOf(evaluate(regions, scope(), compiled.languages)) : undefined;
  const choice: TaskChoice = {
    ...(person === undefined ? {} : { person }),
    ...(policy === undefined ? {} : { policy }),
    ...(within === undefined ? {} : { regions: within }),
    ...(said.rules === undefined ? {} : { rules: said.rules }),
  };
  return {
    role: role ?? task.role,
    ...(department === undefined ? {} : { department }),
    ...(Object.keys(choice).length === 0 ? {} : { choice }),
  };
};

interface Said {
  value: { [field: string]: Json };
  rules?: number[];
}

const saidOf = (
  { decisions, definition, languages }: Compiled,
  assign: TaskAssignment | undefined,
  scope: () => ExpressionScope,
): Said => {
  if (typeof assign !== 'object') {
    return { value: {} };
  }
  if ('by' in assign) {
    const value = evaluate(assign.by, scope(), languages);
    return { value: isPlainObject(value) ? value : { person: value } };
  }
  if ('decision' in assign) {
    const table = own(definition.decisions, assign.decision);
    const { result, rules } = own(decisions, assign.decision)?.decide(scope()) ?? { result: null, rules: [] };
    const [first] = table?.outputs ?? [];
    const isWhole = table === undefined || first === undefined || table.outputs.length > 1;
    return { value: isWhole ? (isPlainObject(result) ? result : {}) : { [first.name]: result }, rules };
  }
  return { value: {} };
};

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const textsOf = (value: Json): string[] | undefined => {
  const texts = [value].flat().flatMap((each) => textOf(each) ?? []);
  return texts.length === 0 ? undefined : texts;
};

/** Whether a role may send at least one of a task's outcomes. */
const mayEnd = ({ events }: RuntimeDefinition, { outcomes }: TaskDefinition, role: string): boolean =>
  outcomes.some((outcome) => own(events, outcome)?.by.includes(role));

/** What whoever chooses must know: an effect's own part. */
export type AssignmentRequest = Omit<Extract<Effect, { type: 'assignTask' }>, 'type' | 'id' | 'taskId'>;

/**
 * Asks for somebody to do a task of the definition; undefined for one that a person added. The policy `by-hand` with
 * nobody named is for whoever asks to leave alone.
 */
export const assignmentOf = (
  definition: RuntimeDefinition,
  { acted, owner }: Pick<CaseState, 'acted' | 'owner'>,
  { state, role, department, choice }: Task,
): AssignmentRequest | undefined => {
  const task = own(definition.tasks, state);
  if (!task) {
    return undefined;
  }
  const { assign = 'by-hand', skills = [], licences, regions, notBy = [] } = task;
  const lastOf = (part: EarlierPart): string[] => {
    const last = own(acted, 'task' in part ? taskActed(part.task) : part.event)?.at(-1);
    return last === undefined ? [] : [last];
  };
  const did = notBy.flatMap((stateId) => acted[taskActed(stateId)] ?? []);
  const apart = typeof assign === 'object' && 'notSameAs' in assign ? lastOf(assign.notSameAs) : [];
  const samePerson =
    typeof assign === 'object' && 'sameAs' in assign ? lastOf({ task: assign.sameAs }).at(0) : undefined;
  const above =
    typeof assign !== 'object' || !('managerOf' in assign)
      ? []
      : assign.managerOf === 'owner'
        ? [owner].filter((id) => id !== null)
        : lastOf(assign.managerOf);
  const within = choice?.regions ?? (Array.isArray(regions) ? regions : undefined);
  return {
    role,
    ...(department === undefined ? {} : { department }),
    skills,
    ...(licences === undefined ? {} : { licences }),
    ...(within === undefined ? {} : { regions: within }),
    policy: choice?.policy ?? (isPlain(assign) ? assign : 'least-loaded'),
    notPersons: [...new Set([...did, ...apart])],
    ...(samePerson === undefined ? {} : { samePerson }),
    ...(choice?.person === undefined ? {} : { person: choice.person }),
    ...(above.length === 0 ? {} : { managerOf: above }),
  };
};

/** Policies that need nothing to be computed. */
const isPlain = (assign: TaskAssignment): assign is AssignmentPolicy =>
  typeof assign === 'string' || 'sameAs' in assign;

/** Key under which the completion of a state's task is remembered among those who acted. */
export const taskActed = (stateId: string): string => `task:${stateId}`;
