import { settleImportedServices } from './apply-service.ts';
import type { Facts } from './command.ts';
import { breachDeadline, triggerDeadlines, warnDeadline } from './deadlines.ts';
import { compareDue, type Due, nextDue } from './due.ts';
import type { Json } from './json.ts';
import { KernelError } from './kernel-error.ts';
import { type Cause, type Run, record } from './run.ts';
import { sendToMachine } from './send-to-machine.ts';
import { raiseIncident } from './services.ts';
import type { Deadline } from './state.ts';

/** Things that may fall due in one step before it counts as an endless loop. */
export const dueMax = 1_000;

/** Recorded this much after its due instant, a thing that fell due is marked late. */
export const lateAfterMs = 5_000;

/** Who acts where nobody does: the engine itself. */
export const systemFacts: Facts = { actor: { id: 'system', roles: ['system'] } };

/** Applies everything that is due by the run's clock, each as an entry of its own, in order. */
export const advance = (run: Run): void => {
  for (let count = 0; ; count++) {
    const due = nextDue(run.state);
    if (!due || due.at > run.clock) {
      return;
    }
    if (count >= dueMax) {
      stopEndless(run, due);
      return;
    }
    applyDue(run, due);
    settleImportedServices(run);
  }
};

/**
 * Records the deadlines whose time has passed already when a backdated opening, event or calendar brought them: each
 * once, as breached on arrival.
 */
export const breachOnArrival = (run: Run): void => {
  if (run.state.mode === 'historical') {
    return;
  }
  const passed = Object.entries(run.state.deadlines).flatMap(([name, { status, dueAt }]): Due[] =>
    status === 'running' && dueAt !== null && dueAt <= run.clock ? [{ at: dueAt, kind: 'breach', name }] : [],
  );
  for (const due of passed.sort(compareDue)) {
    // The breach before it may have led to where this one has stopped.
    if (run.state.status === 'open' && run.state.deadlines[due.name]?.status === 'running') {
      breach(run, due, 'on-arrival');
    }
  }
};

/**
 * A backdated case is not warned of what it has passed already; of several passed warnings the last one counts.
 * Belongs before the entry of whatever was backdated.
 */
export const skipPassedWarnings = (run: Run): void => {
  if (run.state.mode === 'historical') {
    return;
  }
  for (const [name, deadline] of Object.entries(run.state.deadlines)) {
    const last = deadline.warnings.findLast(({ at }) => at <= run.clock);
    const skips = ({ fraction, done }: Deadline['warnings'][number]) =>
      last !== undefined && fraction < last.fraction && !done;
    if (deadline.status === 'running' && deadline.warnings.some(skips)) {
      const warnings = deadline.warnings.map((warning) =>
        skips(warning) ? { ...warning, done: true as const } : warning,
      );
      run.state = { ...run.state, deadlines: { ...run.state.deadlines, [name]: { ...deadline, warnings } } };
    }
  }
};

const applyDue = (run: Run, due: Due): void => {
  const late = Date.parse(run.clock) - Date.parse(due.at) > lateAfterMs && run.state.mode !== 'historical';
  if (due.kind === 'breach') {
    breach(run, due, late ? 'after-outage' : undefined);
    return;
  }
  const { name, fraction = 0 } = due;
  const subject: { [key: string]: Json } =
    due.kind === 'timer' ? { timer: name } : { deadline: name, fraction };
  attempt(run, due, () => {
    const type = due.kind === 'timer' ? 'timer.fired' : 'deadline.warned';
    const cause = causeOf(run, due, type, late ? { ...subject, late } : subject);
    if (due.kind === 'warning') {
      warnDeadline(run, name, fraction);
    } else {
      const { [name]: timer, ...timers } = run.state.timers;
      run.state = { ...run.state, timers };
      const event = timer?.event ?? { type: name };
      triggerDeadlines(run, { event: event.type }, cause);
      sendToMachine(run, event, cause);
    }
    return cause;
  });
};

const breach = (run: Run, due: Due, late: Deadline['late']): void => {
  const mark = late === 'after-outage' ? true : late;
  const data = mark === undefined ? { deadline: due.name } : { deadline: due.name, late: mark };
  attempt(run, due, () => {
    const cause = causeOf(run, due, 'deadline.breached', data);
    breachDeadline(run, due.name, late);
    const raised = run.compiled.deadlines[due.name]?.onBreach?.raise;
    if (raised !== undefined) {
      triggerDeadlines(run, { event: raised }, cause);
      sendToMachine(run, { type: raised, data: { deadline: due.name } }, cause);
    }
    return cause;
  });
};

const causeOf = (run: Run, due: Due, type: string, data: Json): Cause => ({
  type,
  commandId: `${run.state.caseId}.${run.state.seq + 1}`,
  facts: systemFacts,
  data,
  due: due.at,
});

const attempt = (run: Run, due: Due, body: () => Cause): void => {
  const { state } = run;
  const effects = [...run.effects];
  try {
    record(run, body());
  } catch (error) {
    if (!(error instanceof KernelError)) {
      throw error;
    }
    run.state = state;
    run.effects = effects;
    park(run, due, error.code);
  }
};

// What fell due is recorded as such, once, even where its consequence cannot be drawn: the case is parked.
const park = (run: Run, due: Due, code: string): void => {
  if (due.kind === 'breach') {
    const late = Date.parse(run.clock) - Date.parse(due.at) > lateAfterMs && run.state.mode !== 'historical';
    breachDeadline(run, due.name, late ? 'after-outage' : undefined);
  } else if (due.kind === 'warning') {
    warnDeadline(run, due.name, due.fraction ?? 0);
  } else {
    const { [due.name]: _, ...timers } = run.state.timers;
    run.state = { ...run.state, timers };
  }
  raiseIncident(run, { kind: 'loop', code });
  record(run, causeOf(run, due, 'incident.raised', { kind: due.kind, name: due.name, code }));
};

// Things that set one another off without end: what is due by now is dropped, what comes later stays, and the case is
// parked.
const stopEndless = (run: Run, due: Due): void => {
  const later = Object.entries(run.state.timers).filter(([, timer]) => timer.dueAt > run.clock);
  run.state = { ...run.state, timers: Object.fromEntries(later) };
  park(run, due, 'ENDLESS_TIMERS');
};
