import { type Calendar, type CalendarReading, readCalendar } from '../kernel/calendar.ts';
import { countedSpans, lengthOf, spansUntil } from '../kernel/counted-time.ts';
import { HOUR_MS, instantMs } from '../kernel/instant.ts';

/** A task's times, RFC 3339 UTC, and the calendar that its working time is counted by; undefined: none is known. */
export interface StepTimes {
  definition: string;
  step: string;
  department: string | null;
  status: 'open' | 'completed' | 'cancelled';
  openedAt: string;
  assignedAt: string | null;
  closedAt: string | null;
  dueAt: string | null;
  calendar: Calendar | undefined;
}

/** How long something took, over several tasks, in hours with two decimals; null where there is none. */
export interface Spread {
  mean: number | null;
  median: number | null;
  p90: number | null;
}

/** What a department did in one step. Tasks that were given up count, and their times do not. */
export interface DepartmentStep {
  department: string | null;
  definition: string;
  step: string;
  tasks: number;
  open: number;
  completed: number;
  cancelled: number;
  /** Completed after their date, or open beyond it. */
  late: number;
  /** Until somebody had it; of an open task nobody has, until now. */
  waitedHours: Spread;
  /** From then until it was completed; of an open one, until now. */
  usedHours: Spread;
  /** The same in the calendar's working hours. */
  waitedWorkingHours: Spread;
  usedWorkingHours: Spread;
}

/** Sums the times of tasks up by department and step, in the order of their names. */
export const departmentReport = (tasks: readonly StepTimes[], nowMs: number): DepartmentStep[] => {
  const groups = Map.groupBy(tasks, ({ department, definition, step }) =>
    JSON.stringify([department, definition, step]),
  );
  const readings = new Map<Calendar, CalendarReading>();
  const readingOf = (calendar: Calendar): CalendarReading => {
    const reading = readings.get(calendar) ?? readCalendar(calendar);
    readings.set(calendar, reading);
    return reading;
  };
  return [...groups.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => {
      const [department, definition, step] = JSON.parse(key) as [string | null, string, string];
      const timed = group
        .filter(({ status }) => status !== 'cancelled')
        .map(({ openedAt, assignedAt, closedAt, calendar }) => {
          const openedMs = instantMs(openedAt);
          const endMs = Math.max(openedMs, closedAt === null ? nowMs : instantMs(closedAt));
          // Whoever completes a task that nobody had has had it for that moment only.
          const takenMs =
            assignedAt === null ? endMs : Math.min(Math.max(instantMs(assignedAt), openedMs), endMs);
          const working = (fromMs: number, toMs: number): number | undefined =>
            calendar && lengthOf(spansUntil(countedSpans(true, fromMs, [], readingOf(calendar)), toMs));
          return {
            waited: takenMs - openedMs,
            used: endMs - takenMs,
            waitedWorking: working(openedMs, takenMs),
            usedWorking: working(takenMs, endMs),
          };
        });
      const count = (status: StepTimes['status']): number =>
        group.filter((task) => task.status === status).length;
      const known = (values: (number | undefined)[]): number[] =>
        values.filter((value) => value !== undefined);
      return {
        ...{ department, definition, step, tasks: group.length },
        ...{ open: count('open'), completed: count('completed'), cancelled: count('cancelled') },
        late: group.filter((task) => isLate(task, nowMs)).length,
        waitedHours: spread(timed.map(({ waited }) => waited)),
        usedHours: spread(timed.map(({ used }) => used)),
        waitedWorkingHours: spread(known(timed.map(({ waitedWorking }) => waitedWorking))),
        usedWorkingHours: spread(known(timed.map(({ usedWorking }) => usedWorking))),
      };
    });
};

const isLate = ({ status, closedAt, dueAt }: StepTimes, nowMs: number): boolean =>
  status !== 'cancelled' &&
  dueAt !== null &&
  (closedAt === null ? nowMs : instantMs(closedAt)) > instantMs(dueAt);

const hours = (ms: number): number => Math.round((ms / HOUR_MS) * 100) / 100;

/** The value below which a share of them lies: the smallest that is not exceeded by more than the rest. */
const spread = (values: readonly number[]): Spread => {
  if (values.length === 0) {
    return { mean: null, median: null, p90: null };
  }
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    hours(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number);
  const mean = hours(values.reduce((sum, value) => sum + value, 0) / values.length);
  return { mean, median: at(0.5), p90: at(0.9) };
};
