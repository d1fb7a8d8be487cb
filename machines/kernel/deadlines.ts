import type { Facts } from './command.ts';
import type { DeadlineDefinition, Trigger } from './definition.ts';
import { schedule } from './due-date.ts';
import { type Cause, nextId, type Run } from './run.ts';
import type { Deadline } from './state.ts';
import { surgeRule } from './surge-length.ts';

/** What a deadline of this case runs by: the definition's, or the one that was made for it alone. */
export const ruleOf = ({ state, compiled }: Run, name: string): DeadlineDefinition | undefined =>
  state.deadlines[name]?.rule ?? compiled.deadlines[name];

/** Something that a trigger may wait for. */
export type Happening = { opened: true } | { enter: string } | { exit: string } | { event: string };

/** Fractions of the counted time at which a deadline warns where its definition does not say. */
export const defaultWarnings = [0.5, 0.75, 0.9];

/** Whom a warning or breach tells where the definition does not say; half time is shown, never sent. */
export const defaultLadder: { at: number; tell: string[] }[] = [
  { at: 0.75, tell: ['owner', 'lead'] },
  { at: 0.9, tell: ['lead'] },
  { at: 1, tell: ['manager'] },
];

/** Applies what happened to every deadline that waits for it: start, stop, re-open, pause, resume. */
export const triggerDeadlines = (run: Run, happening: Happening, cause: Cause): void => {
  for (const [name, definition] of Object.entries(run.compiled.deadlines)) {
    const at = (trigger: Trigger): string =>
      trigger.time === 'recorded' ? run.clock : (cause.occurredAt ?? cause.receivedAt ?? run.clock);
    const hit = (triggers: Trigger[] | undefined): Trigger | undefined =>
      triggers?.find((trigger) => matches(trigger, happening) && hasProof(run, trigger));
    const starts = hit(definition.starts);
    const stops = hit(definition.stops);
    const reopens = hit(definition.reopens);
    if (stops) {
      stopDeadline(run, name, at(stops));
    }
    if (starts) {
      startDeadline(run, name, at(starts), cause.facts);
    }
    if (reopens) {
      reopenDeadline(run, name);
    }
    for (const pause of definition.pausedBy ?? []) {
      const from = hit(pause.from);
      const to = hit(pause.to);
      if (from) {
        pauseDeadline(run, name, at(from), pause.cause);
      }
      if (to) {
        resumeDeadline(run, name, at(to), pause.cause);
      }
    }
  }
};

const matches = (trigger: Trigger, happening: Happening): boolean => {
  if ('opened' in trigger) {
    return 'opened' in happening;
  }
  const [kind, wanted] = Object.entries(trigger)[0] as [string, string | string[]];
  const happened = (happening as { [kind: string]: string })[kind];
  return happened !== undefined && [wanted].flat().includes(happened);
};

const hasProof = (run: Run, trigger: Trigger): boolean =>
  trigger.proof === undefined ||
  run.state.documents.some((document) => document.key === trigger.proof && document.status === 'received');

/** Starts it, unless it is running already: the first start counts. */
export const startDeadline = (run: Run, name: string, startedAt: string, facts?: Facts): void => {
  const definition = run.compiled.deadlines[name];
  const current = run.state.deadlines[name];
  if (!definition || (current && isLive(current))) {
    return;
  }
  const rule = facts && surgeRule(run, name, definition, facts);
  startClock(run, name, definition, {
    startedAt,
    limit: (definition.perStep && openStepLimit(run)) || rule?.limit || definition.limit,
    ...(rule === undefined ? {} : { rule }),
  });
};

/** Starts it anew, whatever it was before; `rule` is for one that does not run as its definition has it, or has none. */
export const startClock = (
  run: Run,
  name: string,
  { warnAt = defaultWarnings }: DeadlineDefinition,
  begun: Pick<Deadline, 'startedAt' | 'limit' | 'rule' | 'adHoc' | 'seat'>,
): void =>
  setDeadline(run, name, {
    ...{ status: 'running', dueAt: null, pauses: [], extensions: [], provisional: false },
    ...begun,
    warnings: warnAt.map((fraction) => ({ fraction, at: begun.startedAt })),
  });

const openStepLimit = ({ state }: Run): string | undefined => {
  const { plan, step } = state.signing?.approval ?? {};
  return plan?.steps.find(({ id }) => id === step)?.limit;
};

/** Running, paused, or breached and not yet stopped. */
export const isLive = (deadline: Deadline): boolean =>
  deadline.status === 'running' ||
  deadline.status === 'paused' ||
  (deadline.status === 'breached' && deadline.stoppedAt === undefined);

export const stopDeadline = (run: Run, name: string, stoppedAt: string): void => {
  const deadline = run.state.deadlines[name];
  if (!deadline || !isLive(deadline)) {
    return;
  }
  // A recorded breach stands, also where the act is later reported to have been in time: correcting that is a
  // decision of its own.
  const status = deadline.status === 'breached' ? 'breached' : 'met';
  put(run, name, { ...deadline, status, stoppedAt });
};

/** Ends it without its act being done: what it was for is given up. A recorded breach stands. */
export const cancelDeadline = (run: Run, name: string): void => {
  const deadline = run.state.deadlines[name];
  if (deadline && isLive(deadline)) {
    const status = deadline.status === 'breached' ? 'breached' : 'cancelled';
    put(run, name, { ...deadline, status, stoppedAt: run.clock });
  }
};

const reopenDeadline = (run: Run, name: string): void => {
  const deadline = run.state.deadlines[name];
  if (deadline?.status !== 'met') {
    return;
  }
  const { stoppedAt: _, ...rest } = deadline;
  setDeadline(run, name, { ...rest, status: 'running' });
};

export const pauseDeadline = (run: Run, name: string, fromAt: string, cause: string): void => {
  const deadline = run.state.deadlines[name];
  if (!deadline || deadline.status === 'breached' || !isLive(deadline)) {
    return;
  }
  if (deadline.pauses.some((pause) => pause.cause === cause && pause.toAt === undefined)) {
    return;
  }
  setDeadline(run, name, { ...deadline, pauses: [...deadline.pauses, { fromAt, cause }] });
};

export const resumeDeadline = (run: Run, name: string, toAt: string, cause?: string): void => {
  const deadline = run.state.deadlines[name];
  if (deadline?.status !== 'paused') {
    return;
  }
  const pauses = deadline.pauses.map((pause) =>
    pause.toAt === undefined && (cause === undefined || pause.cause === cause)
      ? { ...pause, toAt: toAt < pause.fromAt ? pause.fromAt : toAt }
      : pause,
  );
  setDeadline(run, name, { ...deadline, pauses });
};

export const extendDeadline = (
  run: Run,
  name: string,
  extension: { name: string; limit: string },
  actorId: string,
) => {
  const deadline = run.state.deadlines[name] as Deadline;
  const extensions = [...deadline.extensions, { ...extension, at: run.clock, actorId }];
  setDeadline(run, name, { ...deadline, limit: extension.limit, extensions });
};

/** Puts the deadline with its dates computed anew from its start, pauses and limit. */
export const setDeadline = (run: Run, name: string, deadline: Deadline): void => {
  const definition = (deadline.rule ?? run.compiled.deadlines[name]) as DeadlineDefinition;
  const calendar = run.compiled.calendars[definition.calendar ?? run.compiled.calendar];
  if (!calendar) {
    return;
  }
  const { dueAt, warnAt, provisional } = schedule(
    {
      limit: deadline.limit,
      count: definition.count,
      warnAt: deadline.warnings.map((warning) => warning.fraction),
      ...(definition.lastDay === undefined ? {} : { lastDay: definition.lastDay }),
    },
    deadline.startedAt,
    deadline.pauses,
    calendar,
  );
  const warnings = deadline.warnings.map((warning, index) =>
    warning.done ? warning : { ...warning, at: warnAt[index]?.at ?? warning.at },
  );
  put(run, name, {
    ...deadline,
    status: deadline.status === 'breached' ? 'breached' : dueAt === null ? 'paused' : 'running',
    dueAt,
    warnings,
    provisional,
  });
};

const put = (run: Run, name: string, deadline: Deadline): void => {
  run.state = { ...run.state, deadlines: { ...run.state.deadlines, [name]: deadline } };
};

/** Records a warning as given; tells whom the ladder names. */
export const warnDeadline = (run: Run, name: string, fraction: number): void => {
  const deadline = run.state.deadlines[name] as Deadline;
  const warnings = deadline.warnings.map((warning) =>
    warning.fraction <= fraction ? { ...warning, done: true as const } : warning,
  );
  put(run, name, { ...deadline, warnings });
  tellLadder(run, name, fraction, 'deadline.warned');
};

/** Records the breach. `late` says that its time had passed before anybody could record it. */
export const breachDeadline = (run: Run, name: string, late?: Deadline['late']): void => {
  const deadline = run.state.deadlines[name] as Deadline;
  put(run, name, {
    ...deadline,
    status: 'breached',
    breachedAt: run.clock,
    ...(late === undefined ? {} : { late }),
    warnings: deadline.warnings.map((warning) => ({ ...warning, done: true as const })),
  });
  tellLadder(run, name, 1, 'deadline.breached');
};

/** The roles that a warning at this fraction (1: the breach) tells. */
export const ladderRoles = (definition: DeadlineDefinition, fraction: number): string[] => {
  const own = fraction >= 1 ? definition.onBreach?.tell : undefined;
  const warned = definition.onWarn?.find((warning) => warning.at === fraction)?.tell;
  const base = own ?? warned ?? defaultLadder.find((rung) => rung.at === fraction)?.tell ?? [];
  const external = fraction >= 1 && definition.source.kind !== 'company promise';
  return external && !base.includes('compliance') ? [...base, 'compliance'] : base;
};

const tellLadder = (run: Run, name: string, fraction: number, template: string): void => {
  const definition = ruleOf(run, name) as DeadlineDefinition;
  const roles = ladderRoles(definition, fraction);
  if (roles.length > 0 && run.state.mode !== 'historical') {
    const dueAt = run.state.deadlines[name]?.dueAt ?? null;
    run.effects.push({
      type: 'deliver',
      id: nextId(run),
      template,
      to: { roles },
      data: { deadline: name, fraction, dueAt },
    });
  }
};

/** A closed case has no running clocks. */
export const cancelDeadlines = (run: Run): void => {
  for (const name of Object.keys(run.state.deadlines)) {
    cancelDeadline(run, name);
  }
};
