import { own } from './own.ts';
import { seatClockName } from './seat-clocks.ts';
import type { CaseState, Deadline, Task } from './state.ts';

/** Something that falls due in a case. Order of kinds is the order of things due at the same instant. */
export interface Due {
  at: string;
  kind: 'breach' | 'timer' | 'warning';
  name: string;
  fraction?: number;
}

/** The earliest thing that will fall due, or undefined: by instant, then kind, then name. */
export const nextDue = (state: CaseState): Due | undefined => {
  let earliest: Due | undefined;
  const offer = (due: Due): void => {
    if (!earliest || compareDue(due, earliest) < 0) {
      earliest = due;
    }
  };
  if (state.status === 'closed') {
    return undefined;
  }
  for (const [name, deadline] of Object.entries(state.deadlines)) {
    if (deadline.status === 'running' && deadline.dueAt !== null) {
      offer({ at: deadline.dueAt, kind: 'breach', name });
      const warning = deadline.warnings.find(({ done }) => !done);
      if (warning) {
        offer({ at: warning.at, kind: 'warning', name, fraction: warning.fraction });
      }
    }
  }
  for (const [name, timer] of Object.entries(state.timers)) {
    offer({ at: timer.dueAt, kind: 'timer', name });
  }
  return earliest;
};

/** By instant, then kind, then name. */
export const compareDue = (left: Due, right: Due): number =>
  compare(left.at, right.at) || compare(left.kind, right.kind) || compare(left.name, right.name);

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** The instant at which a case must be woken, or null: nothing is awaited, or its clock is not the real one. */
export const nextWakeAt = (state: CaseState): string | null =>
  state.mode === 'historical' ? null : (nextDue(state)?.at ?? null);

/** The due date of the tightest running or breached deadline. */
export const tightestDueAt = ({ deadlines }: Pick<CaseState, 'deadlines'>): string | null =>
  tightestOf(Object.values(deadlines));

/**
 * Under which date each task of a case stands: its own where a person set it one, that of its seat where it has a time of its
 * own, else that of the tightest deadline which is no seat's alone.
 */
export const taskDueIn = ({ deadlines }: Pick<CaseState, 'deadlines'>): ((task: Task) => string | null) => {
  const common = tightestOf(Object.values(deadlines).filter(({ seat }) => seat === undefined));
  return ({ adHoc, seat }) =>
    adHoc?.dueAt ?? (seat === undefined ? undefined : own(deadlines, seatClockName(seat))?.dueAt) ?? common;
};

const tightestOf = (deadlines: readonly Deadline[]): string | null => {
  let tightest: string | null = null;
  for (const { status, dueAt, stoppedAt } of deadlines) {
    const counts = status === 'running' || (status === 'breached' && stoppedAt === undefined);
    if (counts && dueAt !== null && (tightest === null || dueAt < tightest)) {
      tightest = dueAt;
    }
  }
  return tightest;
};
