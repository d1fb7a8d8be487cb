import { refuse } from './apply-event.ts';
import type { Actor, TaskCommand } from './command.ts';
import { HOUR_MS, instantAt, instantMs, isInstant } from './instant.ts';
import { isExcluded } from './policy/exclusion.ts';
import { rightsOf } from './policy/rights.ts';
import { mayContribute } from './policy.ts';
import type { Refusal } from './refusal.ts';
import { type Cause, nextId, performer, type Run } from './run.ts';
import type { Task } from './state.ts';
import { holds, type No } from './task-rights.ts';
import { putTask } from './tasks.ts';
import { nameRight, usesRight } from './use-right.ts';

/** One person reminds of one task at most this often. */
export const remindEveryMs = HOUR_MS;

/** People whom one case may be copied to. */
export const watchersMax = 200;

/** People whom one comment may name. */
export const mentionsMax = 20;

/** The task as it stands now: work that was lent for a time is its owner's again once that is over. */
export const currentTask = (run: Run, { delegation, ...task }: Task): Task =>
  delegation === undefined || delegation.until === undefined || delegation.until > run.clock
    ? { ...task, ...(delegation && { delegation }) }
    : { ...task, assignee: delegation.from };

/** Applies a verb that changes neither the case nor whose task it is for good; undefined `verb` is none of these. */
export const applyTaskVerb = (
  run: Run,
  command: TaskCommand,
  task: Task,
  cause: Cause,
): { done: Refusal | undefined } | undefined => {
  const no: No = (code, detail) => refuse(run, command.facts, code, detail);
  switch (command.verb) {
    case 'delegate':
      return { done: delegate(run, command, task, cause, no) };
    case 'resolve':
      return { done: resolve(run, command, task, no) };
    case 'withdraw':
      return { done: takeBack(run, command, task, cause, no) };
    case 'remind':
      return { done: remind(run, command, task, cause, no) };
    case 'copy':
      return { done: copy(run, command, cause, no) };
    default:
      return undefined;
  }
};

/** Lends it: whoever gets it works on it and gives it back; its end stays with who lent it. */
const delegate = (run: Run, command: TaskCommand, task: Task, cause: Cause, no: No): Refusal | undefined => {
  const { facts, taskId, to, until } = command;
  if (task.delegation !== undefined) {
    return no('DELEGATION_CHAINED', 'The task is lent already.');
  }
  const { assignee } = task;
  const right = rightsOf(run.policy, facts).find(holds(task));
  if (assignee === null || right === undefined) {
    return no('ROLE_REQUIRED', 'Only its assignee lends a task.');
  }
  if (!to || !mayContribute(run.policy, { actor: to }, run.state) || isExcluded(run.state, to)) {
    return no('ROLE_REQUIRED', 'The task goes to somebody who works on the case.');
  }
  if (to.id === assignee) {
    return no('DATA_INVALID', 'The task is theirs already.');
  }
  if (until !== undefined && (!isInstant(until) || instantAt(instantMs(until)) <= run.clock)) {
    return no('TIME_INVALID', 'The end of a delegation is still to come.');
  }
  const delegation = {
    ...{ from: assignee, to: to.id },
    ...(until === undefined ? {} : { until: instantAt(instantMs(until)) }),
  };
  nameRight(cause, right);
  putTask(run, taskId, { ...task, assignee: to.id, delegation });
  tell(run, 'task.delegated', [to.id]);
  return undefined;
};

/** The work is done: the task is its owner's again. */
const resolve = (run: Run, { facts, taskId, text }: TaskCommand, task: Task, no: No): Refusal | undefined => {
  const { delegation, ...own } = task;
  const me = performer(facts).id;
  if (delegation?.to !== me) {
    return no('NOT_DELEGATED', 'The task is not lent to you.');
  }
  const resolved = { by: me, at: run.clock, ...(text === undefined ? {} : { text }) };
  putTask(run, taskId, { ...own, assignee: delegation.from, resolved });
  tell(run, 'task.resolved', [delegation.from]);
  return undefined;
};

const takeBack = (
  run: Run,
  { facts, taskId }: TaskCommand,
  task: Task,
  cause: Cause,
  no: No,
): Refusal | undefined => {
  const { delegation, ...own } = task;
  if (delegation === undefined) {
    return no('NOT_DELEGATED', 'The task is not lent to anybody.');
  }
  if (delegation.from !== performer(facts).id && !usesRight(run, facts, 'task.reassign', cause)) {
    return no('ROLE_REQUIRED', 'Who lent a task takes it back, or a lead.');
  }
  putTask(run, taskId, { ...own, assignee: delegation.from });
  return undefined;
};

const remind = (
  run: Run,
  { facts, taskId }: TaskCommand,
  task: Task,
  cause: Cause,
  no: No,
): Refusal | undefined => {
  if (!usesRight(run, facts, 'case.contribute', cause)) {
    return no('ROLE_REQUIRED', 'Reminding is for those who work on the case.');
  }
  const me = performer(facts).id;
  const since = instantAt(instantMs(run.clock) - remindEveryMs);
  const recent = Object.entries(task.reminded ?? {}).filter(([, at]) => at > since);
  if (recent.some(([id]) => id === me)) {
    return no('REMINDED_ALREADY', 'You have reminded of this task within the hour.');
  }
  putTask(run, taskId, { ...task, reminded: { ...Object.fromEntries(recent), [me]: run.clock } });
  tell(run, 'task.reminded', task.assignee === null ? [] : [task.assignee], task.role);
  return undefined;
};

/** Those who get a copy are told of the case, and stand on its page. */
const copy = (run: Run, { facts, people = [] }: TaskCommand, cause: Cause, no: No): Refusal | undefined => {
  if (!usesRight(run, facts, 'case.contribute', cause)) {
    return no('ROLE_REQUIRED', 'Copying is for those who work on the case.');
  }
  const out = judgePeople(run, people, no);
  if (out || people.length === 0) {
    return out ?? no('DATA_INVALID', 'Say who gets the copy.');
  }
  const watchers = [...new Set([...(run.state.watchers ?? []), ...people.map(({ id }) => id)])];
  if (watchers.length > watchersMax) {
    return no('CASE_TOO_LARGE', `A case is copied to at most ${watchersMax} people.`);
  }
  run.state = { ...run.state, watchers };
  tell(
    run,
    'case.copied',
    people.map(({ id }) => id),
  );
  return undefined;
};

/** Tells those whom a comment names. */
export const mention = (run: Run, { people = [] }: TaskCommand, no: No): Refusal | undefined => {
  const out =
    people.length > mentionsMax
      ? no('DATA_INVALID', `A comment names at most ${mentionsMax}.`)
      : judgePeople(run, people, no);
  if (!out && people.length > 0) {
    tell(
      run,
      'task.mentioned',
      people.map(({ id }) => id),
    );
  }
  return out;
};

// Who has no part in a case is told nothing of it.
const judgePeople = (run: Run, people: Actor[], no: No): Refusal | undefined => {
  const concerned = people.find((person) => isExcluded(run.state, person));
  return concerned && no('CONFLICT_OF_INTEREST', `${concerned.id} has no part in this case.`);
};

const tell = (run: Run, template: string, personIds: string[], role?: string): void => {
  const roles = personIds.length > 0 ? personIds.map((id) => `person:${id}`) : role ? [role] : [];
  if (roles.length > 0 && run.state.mode !== 'historical') {
    run.effects.push({ type: 'deliver', id: nextId(run), template, to: { roles }, data: null });
  }
};
