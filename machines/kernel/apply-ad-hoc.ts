import { adHocMax, adHocState, dueMsMax } from './ad-hoc.ts';
import { refuse } from './apply-event.ts';
import type { AddedContact, AddedPromise, AddedTask, AdHocCommand, PromiseCommand } from './command.ts';
import { cancelDeadline, isLive, startClock, stopDeadline } from './deadlines.ts';
import type { DeadlineDefinition } from './definition.ts';
import { instantAt, instantMs, isInstant } from './instant.ts';
import type { Json } from './json.ts';
import { own } from './own.ts';
import { mayContribute } from './policy.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import { type Cause, nextId, performer, type Run } from './run.ts';
import { putTask, tasksMax } from './tasks.ts';
import { usesRight } from './use-right.ts';

type No = (code: RefusalCode, detail: string) => Refusal;

/** Adds work that no definition foresees. The machine is not told. */
export const applyAdHoc = (run: Run, command: AdHocCommand, cause: Cause): Refusal | undefined => {
  const { facts, add } = command;
  const no: No = (code, detail) => refuse(run, facts, code, detail);
  if (!usesRight(run, facts, 'case.contribute', cause)) {
    return no('ROLE_REQUIRED', 'Adding work is for those who work on the case.');
  }
  switch (add.kind) {
    case 'contact':
      return addContact(run, add, cause, no);
    case 'promise':
      return addPromise(run, add, cause, no);
    default:
      return addTask(run, add, cause, no);
  }
};

const addTask = (run: Run, add: AddedTask, cause: Cause, no: No): Refusal | undefined => {
  const { kind, to, text, answerExpected } = add;
  const dueAt = add.dueAt === undefined ? undefined : dueIn(run, add.dueAt);
  if (dueAt === null || (kind === 'diary' && dueAt === undefined)) {
    return no('TIME_INVALID', timeRule);
  }
  if ('id' in to && !mayContribute(run.policy, { actor: to }, run.state)) {
    return no('ROLE_REQUIRED', `${to.id} only looks on.`);
  }
  if (Object.keys(run.state.tasks).length >= tasksMax) {
    return no('CASE_TOO_LARGE', `A case has at most ${tasksMax} tasks.`);
  }
  const taskId = nextId(run);
  const by = performer(cause.facts).id;
  putTask(run, taskId, {
    state: adHocState(kind),
    status: 'open',
    role: '',
    ...('id' in to ? {} : { department: to.department }),
    assignee: 'id' in to ? to.id : null,
    openedAt: run.clock,
    adHoc: {
      kind,
      by,
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(text === undefined ? {} : { text }),
      ...(answerExpected ? { answerExpected } : {}),
    },
  });
  cause.type = `${kind}.added`;
  cause.data = { ...(cause.data as { [key: string]: Json }), taskId };
  return undefined;
};

const addContact = (run: Run, add: AddedContact, cause: Cause, no: No): Refusal | undefined => {
  const contacts = run.state.contacts ?? {};
  if (Object.keys(contacts).length >= adHocMax) {
    return no('CASE_TOO_LARGE', `A case has at most ${adHocMax} contacts.`);
  }
  const { kind: _, ...said } = add;
  const contactId = nextId(run);
  const contact = { ...said, by: performer(cause.facts).id, at: cause.occurredAt ?? run.clock };
  run.state = { ...run.state, contacts: { ...contacts, [contactId]: contact } };
  cause.type = 'contact.recorded';
  cause.data = { ...(cause.data as { [key: string]: Json }), contactId };
  return undefined;
};

const addPromise = (run: Run, { dueAt, text }: AddedPromise, cause: Cause, no: No): Refusal | undefined => {
  const until = dueIn(run, dueAt);
  if (until === null) {
    return no('TIME_INVALID', timeRule);
  }
  const promises = Object.values(run.state.deadlines).filter(({ adHoc }) => adHoc?.kind === 'promise');
  if (promises.length >= adHocMax) {
    return no('CASE_TOO_LARGE', `A case has at most ${adHocMax} promises.`);
  }
  const promiseId = `@promise.${run.state.seq + 1}`;
  startAdHocDeadline(run, promiseId, until, { kind: 'promise', by: performer(cause.facts).id, text });
  cause.type = 'promise.made';
  cause.data = { ...(cause.data as { [key: string]: Json }), promiseId };
  return undefined;
};

/** Starts a deadline that no definition has, with a definition of its own, so that it runs like any other. */
export const startAdHocDeadline = (
  run: Run,
  name: string,
  dueAt: string,
  adHoc: NonNullable<Run['state']['deadlines'][string]['adHoc']>,
): void => {
  const lengthS = (instantMs(dueAt) - instantMs(run.clock)) / 1000;
  const rule: DeadlineDefinition = {
    source: { kind: 'company promise', rule: adHocRules[adHoc.kind] },
    starts: [],
    stops: [],
    limit: `PT${lengthS}S`,
    count: 'elapsed',
  };
  startClock(run, name, rule, { startedAt: run.clock, limit: rule.limit, adHoc, rule });
};

const adHocRules = {
  promise: 'A word given to the customer',
  owner: 'Who is answerable for a case is settled within four hours',
} as const;

/** Ends a promise: kept, or taken back with a reason. A breach that is recorded already stands. */
export const applyPromise = (run: Run, command: PromiseCommand, cause: Cause): Refusal | undefined => {
  const { facts, promiseId, verb } = command;
  const no: No = (code, detail) => refuse(run, facts, code, detail);
  const promise = own(run.state.deadlines, promiseId);
  if (promise?.adHoc?.kind !== 'promise') {
    return no('PROMISE_UNKNOWN', 'This case has no such promise.');
  }
  if (!usesRight(run, facts, 'case.contribute', cause)) {
    return no('ROLE_REQUIRED', 'Keeping promises is for those who work on the case.');
  }
  if (!isLive(promise)) {
    return no('DEADLINE_NOT_RUNNING', `The promise is ${promise.status} already.`);
  }
  if (verb === 'keep') {
    stopDeadline(run, promiseId, cause.occurredAt ?? run.clock);
    return undefined;
  }
  if (promise.adHoc.by !== performer(facts).id && !usesRight(run, facts, 'task.release', cause)) {
    return no('ROLE_REQUIRED', 'A promise is taken back by who gave it, or by a lead.');
  }
  if (command.reason === undefined) {
    return no('REASON_REQUIRED', 'Say why the promise is taken back.');
  }
  cancelDeadline(run, promiseId);
  return undefined;
};

const timeRule = 'The date must be an RFC 3339 instant that is still to come, within ten years.';

/** The instant in UTC; null where it is none that work may be due at. */
const dueIn = (run: Run, dueAt: string): string | null => {
  if (!isInstant(dueAt)) {
    return null;
  }
  const aheadMs = instantMs(dueAt) - instantMs(run.clock);
  return aheadMs > 0 && aheadMs <= dueMsMax ? instantAt(instantMs(dueAt)) : null;
};
