import { type Calendar, type CalendarReading, readCalendar } from '../kernel/calendar.ts';
import { countedSpans, lengthOf, spansUntil } from '../kernel/counted-time.ts';
import { HOUR_MS, instantMs } from '../kernel/instant.ts';

/** When a task was opened, taken and ended. Instants are RFC 3339 UTC. */
export interface StepTimes {
  definition: string;
  /** Id of the state that the task belongs to. */
  step: string;
  /** The task's own, else the one where whoever has or had it works; null: of neither. */
  department: string | null;
  status: 'open' | 'completed' | 'cancelled';
  openedAt: string;
  /** When it first had an assignee. */
  assignedAt: string | null;
  closedAt: string | null;
  dueAt: string | null;
  /** By which its working time is counted; undefined: none is known. */
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

/** The times of many tasks, summed up as they come: whoever has many lets others have their turn in between. */
export interface DepartmentReport {
  add: (task: StepTimes) => void;
  /** A line for each department and step, in the order of their names. */
  lines: () => DepartmentStep[];
}

export const departmentReport = (nowMs: number): DepartmentReport => {
  const sums = new Map<string, Sum>();
  const readings = new Map<Calendar, CalendarReading>();
  const readingOf = (calendar: Calendar): CalendarReading => {
    const reading = readings.get(calendar) ?? readCalendar(calendar);
    readings.set(calendar, reading);
    return reading;
  };
  return {
    add: (task) => {
      const { department, definition, step, status, calendar } = task;
      const key = JSON.stringify([department, definition, step]);
      const sum = sums.get(key) ?? newSum();
      sums.set(key, sum);
      sum[status] += 1;
      if (status === 'cancelled') {
        return;
      }
      const { openedMs, takenMs, endMs } = timesOf(task, nowMs);
      if (task.dueAt !== null && endMs > instantMs(task.dueAt)) {
        sum.late += 1;
      }
      sum.waitedMs.push(takenMs - openedMs);
      sum.usedMs.push(endMs - takenMs);
      if (calendar !== undefined) {
        const reading = readingOf(calendar);
        sum.waitedWorkingMs.push(workingMs(reading, openedMs, takenMs));
        sum.usedWorkingMs.push(workingMs(reading, takenMs, endMs));
      }
    },
    lines: () => [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, sum]) => lineOf(key, sum)),
  };
};

type Sum = { [count in StepTimes['status'] | 'late']: number } & {
  waitedMs: number[];
  usedMs: number[];
  waitedWorkingMs: number[];
  usedWorkingMs: number[];
};

const newSum = (): Sum => ({
  ...{ open: 0, completed: 0, cancelled: 0, late: 0 },
  ...{ waitedMs: [], usedMs: [], waitedWorkingMs: [], usedWorkingMs: [] },
});

const timesOf = ({ openedAt, assignedAt, closedAt }: StepTimes, nowMs: number) => {
  const openedMs = instantMs(openedAt);
  const endMs = Math.max(openedMs, closedAt === null ? nowMs : instantMs(closedAt));
  // Whoever completes a task that nobody had has had it for that moment only.
  const takenMs = assignedAt === null ? endMs : Math.min(Math.max(instantMs(assignedAt), openedMs), endMs);
  return { openedMs, takenMs, endMs };
};

const workingMs = (reading: CalendarReading, fromMs: number, toMs: number): number =>
  lengthOf(spansUntil(countedSpans(true, fromMs, [], reading), toMs));

const lineOf = (key: string, sum: Sum): DepartmentStep => {
  const [department, definition, step] = JSON.parse(key) as [string | null, string, string];
  const { open, completed, cancelled, late } = sum;
  return {
    ...{ department, definition, step, tasks: open + completed + cancelled },
    ...{ open, completed, cancelled, late },
    waitedHours: spread(sum.waitedMs),
    usedHours: spread(sum.usedMs),
    waitedWorkingHours: spread(sum.waitedWorkingMs),
    usedWorkingHours: spread(sum.usedWorkingMs),
  };
};

const hours = (ms: number): number => Math.round((ms / HOUR_MS) * 100) / 100;

/** The value below which a share of them lies: the smallest that is not exceeded by more than the rest. */
const spread = (values: readonly number[]): Spread => {
  if (values.length === 0) {
    return { mean: null, median: null, p90: null };
  }
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number =>
    hours(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number);
  const mean = hours(values.reduce((sum, value) => sum + value, 0) / values.length);
  return { mean, median: at(0.5), p90: at(0.9) };
};
