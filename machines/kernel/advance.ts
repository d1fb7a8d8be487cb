import type { Facts } from './command.ts';
import { breachDeadline, triggerDeadlines, warnDeadline } from './deadlines.ts';
import { type Due, nextDue } from './due.ts';
import type { Json } from './json.ts';
import { KernelError } from './kernel-error.ts';
import { type Cause, type Run, record } from './run.ts';
import { sendToMachine } from './send-to-machine.ts';
import { raiseIncident } from './services.ts';

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
      stopEndlessTimers(run, due);
      return;
    }
    applyDue(run, due);
  }
};

const applyDue = (run: Run, due: Due): void => {
  const late = Date.parse(run.clock) - Date.parse(due.at) > lateAfterMs && run.state.mode !== 'historical';
  const cause = (type: string, data: { [key: string]: Json }): Cause => ({
    type,
    commandId: `${run.state.caseId}.${run.state.seq + 1}`,
    facts: systemFacts,
    data: late ? { ...data, late } : data,
    due: due.at,
  });
  const before = run.state;
  const effects = [...run.effects];
  const attempt = (body: () => Cause): void => {
    try {
      record(run, body());
    } catch (error) {
      if (!(error instanceof KernelError)) {
        throw error;
      }
      run.state = before;
      run.effects = effects;
      settleFailed(run, due, error);
    }
  };
  switch (due.kind) {
    case 'warning':
      attempt(() => {
        warnDeadline(run, due.name, due.fraction ?? 0);
        return cause('deadline.warned', { deadline: due.name, fraction: due.fraction ?? 0 });
      });
      return;
    case 'breach':
      attempt(() => {
        const breach = cause('deadline.breached', { deadline: due.name });
        breachDeadline(run, due.name, late ? 'after-outage' : undefined);
        const raised = run.compiled.deadlines[due.name]?.onBreach?.raise;
        if (raised !== undefined) {
          triggerDeadlines(run, { event: raised }, breach);
          sendToMachine(run, { type: raised, data: { deadline: due.name } }, breach);
        }
        return breach;
      });
      return;
    case 'timer':
      attempt(() => {
        const { [due.name]: timer, ...timers } = run.state.timers;
        run.state = { ...run.state, timers };
        const event = timer?.event ?? { type: due.name };
        const fired = cause('timer.fired', { timer: due.name });
        triggerDeadlines(run, { event: event.type }, fired);
        sendToMachine(run, event, fired);
        return fired;
      });
  }
};

// What fell due is recorded as such, once, even where its consequence cannot be drawn: the case is parked.
const settleFailed = (run: Run, due: Due, error: KernelError): void => {
  if (due.kind === 'breach') {
    breachDeadline(run, due.name);
  } else if (due.kind === 'warning') {
    warnDeadline(run, due.name, due.fraction ?? 0);
  } else {
    const { [due.name]: _, ...timers } = run.state.timers;
    run.state = { ...run.state, timers };
  }
  raiseIncident(run, { kind: 'loop', code: error.code });
  record(run, {
    type: 'incident.raised',
    commandId: `${run.state.caseId}.${run.state.seq + 1}`,
    facts: systemFacts,
    data: { kind: due.kind, name: due.name, code: error.code },
    due: due.at,
  });
};

// Timers that set one another off without end: all are dropped and the case is parked.
const stopEndlessTimers = (run: Run, due: Due): void => {
  run.state = { ...run.state, timers: {} };
  raiseIncident(run, { kind: 'loop', code: 'ENDLESS_TIMERS' });
  record(run, {
    type: 'incident.raised',
    commandId: `${run.state.caseId}.${run.state.seq + 1}`,
    facts: systemFacts,
    data: { kind: due.kind, name: due.name, code: 'ENDLESS_TIMERS' },
  });
};
