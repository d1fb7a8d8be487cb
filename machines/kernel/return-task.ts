import { endHandover, referToSuperior } from './apply-owner.ts';
import type { Actor, TaskCommand } from './command.ts';
import { returnEvent } from './compile-machine.ts';
import type { RuntimeDefinition } from './definition.ts';
import { endTask } from './end-task.ts';
import { own } from './own.ts';
import { areApart, beginTransfer, isPingPong, nameTask } from './owner-transfers.ts';
import type { Refusal } from './refusal.ts';
import { type Cause, performer, type Run } from './run.ts';
import { sendToMachine } from './send-to-machine.ts';
import type { CaseState, Task } from './state.ts';
import { type No, rightsToEnd } from './task-rights.ts';
import { completeTask, putTask } from './tasks.ts';
import { candidates } from './transition.ts';
import { nameRight } from './use-right.ts';

/** How a task goes back: by an outcome that leads there, or because its definition names the step in `returnTo`. */
type WayBack = { outcome: string } | { step: string };

/** A step that was done before the case was opened again counts as well: what became of it still stands. */
const wasDone = ({ tasks }: Pick<CaseState, 'tasks'>, step: string): boolean =>
  Object.values(tasks).some(({ state, status }) => state === step && status === 'completed');

const wayBack = ({ compiled, state }: Run, task: Task, step: string): WayBack | undefined => {
  const node = compiled.tree.get(task.state)?.node;
  const rule = own(compiled.definition.tasks, task.state);
  if (!node || !rule || !wasDone(state, step)) {
    return undefined;
  }
  const leadsThere = ({ target }: { target?: string | string[] }): boolean =>
    [target ?? []].flat().some((each) => each.split(/[#.]/).at(-1) === step);
  const outcome = rule.outcomes.find((each) => candidates(node, each).some(leadsThere));
  if (outcome !== undefined) {
    return { outcome };
  }
  return rule.returnTo?.includes(step) ? { step } : undefined;
};

/**
 * The steps of its definition's `returnTo` that an open task may go back to now, in the designer's order. A step that only
 * an outcome leads back to is none of them: people see it as that outcome.
 */
export const returnSteps = (
  { tasks = {} }: Pick<RuntimeDefinition, 'tasks'>,
  state: Pick<CaseState, 'tasks'>,
  { state: from, status, seat }: Task,
): string[] =>
  status === 'open' && seat === undefined
    ? (own(tasks, from)?.returnTo ?? []).filter((step) => wasDone(state, step))
    : [];

/**
 * Returns a task to an earlier step. Where another department did that step, its time stays the sender's until somebody
 * there accepts it; and once too often, a superior is asked to name the owner besides.
 */
export const returnTask = (
  run: Run,
  command: TaskCommand,
  task: Task,
  cause: Cause,
  no: No,
): Refusal | undefined => {
  const { facts, to, superior, toStep } = command;
  const way = toStep == null ? undefined : wayBack(run, task, toStep);
  if (way === undefined) {
    return no(
      'RETURN_NOT_ALLOWED',
      'This task does not go back to a step of that name that was done before.',
    );
  }
  if (command.reason === undefined) {
    return no('REASON_REQUIRED', 'Say why the task goes back.');
  }
  const goBack = (): Refusal | undefined =>
    'outcome' in way
      ? endTask(run, { ...command, outcome: way.outcome }, task, cause, no)
      : sendToStep(run, command, task, { step: way.step, cause, no });
  cause.type = 'outcome' in way ? way.outcome : 'task.returned';
  if ('outcome' in way) {
    cause.event = way.outcome;
  }
  const sender = performer(facts) as Actor;
  if (to === undefined || superior === undefined || !areApart(sender, to)) {
    return goBack();
  }
  const refer = isPingPong(run.state) && run.state.handover?.superior === undefined;
  const before = run.state.tasks;
  const transfer = beginTransfer(run, { of: 'task', from: sender, to });
  const refusal = goBack();
  if (refusal) {
    return refusal;
  }
  const opened = Object.entries(run.state.tasks).find(
    ([id, { state }]) => !own(before, id) && state === toStep,
  );
  if (refer) {
    endHandover(run, 'withdrawn', sender.id);
    referToSuperior(run, { from: sender.id, superior, transfer });
  } else if (opened) {
    nameTask(run, transfer, opened[0]);
    putTask(run, opened[0], { ...opened[1], transfer });
  }
  return undefined;
};

/** Whoever may end the task may send it back: no event of the definition is asked for. */
const sendToStep = (
  run: Run,
  { facts, taskId }: TaskCommand,
  task: Task,
  { step, cause, no }: { step: string; cause: Cause; no: No },
): Refusal | undefined => {
  const rights = rightsToEnd(run, task, facts, no);
  if ('refused' in rights) {
    return rights;
  }
  const [right] = rights;
  if (right !== undefined) {
    nameRight(cause, right);
  }
  const type = returnEvent(step);
  // Before the machine leaves its state, which would count as given up.
  completeTask(run, taskId, type, performer(facts).id, cause.rightOf);
  return sendToMachine(run, { type, data: {} }, cause)
    ? undefined
    : no('RETURN_NOT_ALLOWED', `The case is not where it could go back to "${step}" from.`);
};
