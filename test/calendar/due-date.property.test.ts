import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calendar, isWorkingTime } from '../../machines/kernel/calendar.ts';
import { type ClockRule, type Pause, type Schedule, schedule } from '../../machines/kernel/due-date.ts';
import { explain } from '../../machines/kernel/explain-deadline.ts';
import { instantAt } from '../../machines/kernel/instant.ts';
import { sliceCalendar } from '../../machines/kernel/slice-calendar.ts';
import { HALF_HOUR_MS, naiveDueOfDays, naiveDueOfHours } from './naive-due-date.ts';
import { cn, englandWales, usFederal } from './shipped-calendars.ts';

const FIRST_MS = Date.UTC(2015, 0, 1);
const HALF_HOURS = Math.floor((Date.UTC(2026, 6, 1) - FIRST_MS) / HALF_HOUR_MS);

const anyCalendar = fc.constantFrom(cn, englandWales, usFederal);
const anyStartMs = fc.integer({ min: 0, max: HALF_HOURS }).map((n) => FIRST_MS + n * HALF_HOUR_MS);
const anyLastDay = fc.constantFrom('same', 'next-business', 'previous-business');
const anyFractions = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { maxLength: 4 });

/** Pauses near a start: on half hours and, a third of them, on days, so that edges meet; at most one is open. */
const pausesNear = (startMs: number, spreadDays: number): fc.Arbitrary<Pause[]> => {
  const spread = spreadDays * 48;
  const edge = fc.oneof(
    fc.integer({ min: -48, max: spread }),
    fc.integer({ min: -48, max: spread }),
    fc.integer({ min: -1, max: spreadDays }).map((day) => day * 48 - ((startMs / HALF_HOUR_MS) % 48)),
  );
  const closed = fc.tuple(edge, fc.integer({ min: 0, max: 6 * 48 })).map(([from, length]) => ({
    fromAt: instantAt(startMs + from * HALF_HOUR_MS),
    toAt: instantAt(startMs + (from + length) * HALF_HOUR_MS),
    cause: 'documents',
  }));
  const open = edge.map((from) => ({ fromAt: instantAt(startMs + from * HALF_HOUR_MS), cause: 'court' }));
  return fc
    .tuple(fc.array(closed, { maxLength: 4 }), fc.option(open, { freq: 5, nil: undefined }))
    .map(([some, last]) => (last === undefined ? some : [...some, last]));
};

/** A rule of each kind with a start and pauses. */
const anyClock = fc
  .record({
    calendar: anyCalendar,
    startMs: anyStartMs,
    kind: fc.oneof(
      fc.record({ count: fc.constant('calendar-days' as const), length: fc.integer({ min: 0, max: 60 }) }),
      fc.record({ count: fc.constant('business-days' as const), length: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ count: fc.constant('elapsed' as const), length: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ count: fc.constant('business-hours' as const), length: fc.integer({ min: 0, max: 80 }) }),
    ),
    lastDay: anyLastDay,
    warnAt: anyFractions,
  })
  .chain((clock) =>
    pausesNear(clock.startMs, clock.kind.length + 5).map((pauses) => ({
      ...clock,
      startAt: instantAt(clock.startMs),
      pauses,
    })),
  );

const inDays = (count: ClockRule['count']) => count === 'calendar-days' || count === 'business-days';
const limitOf = ({ count, length }: { count: ClockRule['count']; length: number }) =>
  inDays(count) ? `P${length}D` : `PT${length * 30}M`;
const ruleOf = ({
  kind,
  lastDay,
  warnAt,
}: {
  kind: { count: ClockRule['count']; length: number };
  lastDay: ClockRule['lastDay'] & string;
  warnAt: number[];
}): ClockRule => ({ limit: limitOf(kind), count: kind.count, lastDay, warnAt });

/** A date as a number; paused is later than any date. */
const dueMs = ({ dueAt }: Schedule): number => (dueAt === null ? Infinity : Date.parse(dueAt));

describe('against a naive count', () => {
  test('lengths in days', () => {
    const clocks = anyClock.filter(({ kind }) => inDays(kind.count));
    fc.assert(
      fc.property(clocks, (clock) => {
        const { kind, lastDay, startMs, pauses, calendar } = clock;
        const count = kind.count === 'business-days' ? 'business-days' : 'calendar-days';
        const naive = naiveDueOfDays({ days: kind.length, count, lastDay }, startMs, pauses, calendar);
        const { dueAt } = schedule(ruleOf(clock), clock.startAt, pauses, calendar);
        expect(dueAt).toBe(naive === null ? null : instantAt(naive));
      }),
      { numRuns: 400 },
    );
  });

  test('lengths in hours', () => {
    const clocks = anyClock.filter(({ kind }) => !inDays(kind.count) && kind.length > 0);
    fc.assert(
      fc.property(clocks, (clock) => {
        const { kind, startMs, pauses, calendar } = clock;
        const working = kind.count === 'business-hours';
        const naive = naiveDueOfHours(kind.length, working, startMs, pauses, calendar);
        const { dueAt } = schedule(ruleOf(clock), clock.startAt, pauses, calendar);
        expect(dueAt).toBe(naive === null ? null : instantAt(naive));
      }),
      { numRuns: 100 },
    );
  });
});

describe('properties', () => {
  test('weeks are additive, and a week is seven days', () => {
    const weeks = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(anyCalendar, anyStartMs, weeks, weeks, (calendar, startMs, a, b) => {
        const due = (limit: string, from: number) =>
          dueMs(schedule({ limit, count: 'calendar-days', warnAt: [] }, instantAt(from), [], calendar));
        const sum = due(`P${a + b}W`, startMs);
        expect(due(`P${(a + b) * 7}D`, startMs)).toBe(sum);
        // The first part ends at 24:00; an instant before that is still its last day, on which the second starts.
        expect(due(`P${b}W`, due(`P${a}W`, startMs) - 1)).toBe(sum);
      }),
    );
  });

  test('a further pause never brings a due date forward', () => {
    const clockAndPause = anyClock.chain((clock) =>
      pausesNear(clock.startMs, clock.kind.length + 5).map((further) => ({ clock, further })),
    );
    fc.assert(
      fc.property(clockAndPause, ({ clock, further }) => {
        const due = (pauses: Pause[]) =>
          dueMs(schedule(ruleOf(clock), clock.startAt, pauses, clock.calendar));
        expect(due([...clock.pauses, ...further])).toBeGreaterThanOrEqual(due(clock.pauses));
      }),
      { numRuns: 2000 },
    );
  });

  test('a pause given twice, or in two pieces, counts once; order does not matter', () => {
    fc.assert(
      fc.property(anyClock, fc.nat(), (clock, cut) => {
        const split = clock.pauses.flatMap((pause) => {
          if (pause.toAt === undefined) {
            return [pause];
          }
          const fromMs = Date.parse(pause.fromAt);
          const middle = instantAt(fromMs + (cut % (Date.parse(pause.toAt) - fromMs + 1)));
          return [
            { ...pause, fromAt: middle },
            { ...pause, toAt: middle },
          ];
        });
        const of = (pauses: Pause[]) => schedule(ruleOf(clock), clock.startAt, pauses, clock.calendar);
        expect(of([...clock.pauses, ...clock.pauses])).toEqual(of(clock.pauses));
        expect(of(split.toReversed())).toEqual(of(clock.pauses));
      }),
      { numRuns: 500 },
    );
  });

  test('a longer limit never brings a due date forward, nor does a later start', () => {
    fc.assert(
      fc.property(anyClock, fc.nat({ max: 40 }), fc.nat({ max: 500 }), (clock, more, later) => {
        const { kind } = clock;
        const due = (length: number, startMs: number) =>
          dueMs(
            schedule(
              ruleOf({ ...clock, kind: { ...kind, length } }),
              instantAt(startMs),
              clock.pauses,
              clock.calendar,
            ),
          );
        const plain = due(kind.length, clock.startMs);
        expect(due(kind.length + more, clock.startMs)).toBeGreaterThanOrEqual(plain);
        expect(due(kind.length, clock.startMs + later * HALF_HOUR_MS)).toBeGreaterThanOrEqual(plain);
      }),
      { numRuns: 2000 },
    );
  });

  test('months: a longer length in months never ends earlier, and ends on the day of its month or the last', () => {
    fc.assert(
      fc.property(anyStartMs, fc.integer({ min: 1, max: 240 }), (startMs, months) => {
        const last = (count: number) => {
          const clock: ClockRule = { limit: `P${count}M`, count: 'calendar-days', warnAt: [] };
          return new Date(dueMs(schedule(clock, instantAt(startMs), [], cn)) - 1 + 8 * 3_600_000);
        };
        const start = new Date(startMs + 8 * 3_600_000);
        const end = last(months);
        const index = start.getUTCFullYear() * 12 + start.getUTCMonth() + months;
        expect(end.getUTCFullYear() * 12 + end.getUTCMonth()).toBe(index);
        const monthEnd = new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).getUTCDate();
        expect(end.getUTCDate()).toBe(Math.min(start.getUTCDate(), monthEnd));
        expect(last(months + 1).getTime()).toBeGreaterThan(end.getTime());
      }),
    );
  });

  test('a length in days ends at a local midnight, also where the clocks change', () => {
    const clocks = anyClock.filter(({ kind }) => inDays(kind.count));
    fc.assert(
      fc.property(clocks, (clock) => {
        const { dueAt } = schedule(ruleOf(clock), clock.startAt, clock.pauses, clock.calendar);
        if (dueAt !== null) {
          const local = new Intl.DateTimeFormat('sv-SE', {
            timeZone: clock.calendar.zone,
            timeStyle: 'medium',
          }).format(Date.parse(dueAt));
          expect(local).toBe('00:00:00');
          expect(Date.parse(dueAt)).toBeGreaterThan(clock.startMs);
        }
      }),
    );
  });

  test('a date is never inside a pause, and an open pause leaves one only if it begins no earlier', () => {
    fc.assert(
      fc.property(anyClock, (clock) => {
        const due = dueMs(schedule(ruleOf(clock), clock.startAt, clock.pauses, clock.calendar));
        for (const { fromAt, toAt } of clock.pauses) {
          const fromMs = Date.parse(fromAt);
          expect(due === Infinity || fromMs >= due || (toAt !== undefined && Date.parse(toAt) <= due)).toBe(
            true,
          );
        }
        if (clock.pauses.every(({ toAt }) => toAt !== undefined)) {
          expect(due).toBeLessThan(Infinity);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('warnings: a later fraction is never earlier, none is before the start, in a pause or after the due date', () => {
    fc.assert(
      fc.property(anyClock, (clock) => {
        const result = schedule(ruleOf(clock), clock.startAt, clock.pauses, clock.calendar);
        expect(result.warnAt.length).toBe(result.dueAt === null ? 0 : clock.warnAt.length);
        const ascending = result.warnAt.toSorted((a, b) => a.fraction - b.fraction);
        let earliest = clock.startMs;
        for (const { at } of ascending) {
          const atMs = Date.parse(at);
          expect(atMs).toBeGreaterThanOrEqual(earliest);
          expect(atMs).toBeLessThanOrEqual(dueMs(result));
          const insidePause = clock.pauses.some(
            (pause) =>
              Date.parse(pause.fromAt) < atMs && (pause.toAt === undefined || atMs < Date.parse(pause.toAt)),
          );
          expect(insidePause && atMs > clock.startMs).toBe(false);
          if (clock.kind.count.startsWith('business') && atMs > clock.startMs) {
            expect(isWorkingTime(clock.calendar, atMs - 1)).toBe(true);
          }
          earliest = atMs;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a slice that covers the case gives what the whole calendar gives', () => {
    fc.assert(
      fc.property(anyClock, (clock) => {
        const toAt = instantAt(clock.startMs + 2 * 365 * 86_400_000);
        const slice = sliceCalendar(clock.calendar, clock.startAt, toAt);
        const of = (calendar: Calendar) => schedule(ruleOf(clock), clock.startAt, clock.pauses, calendar);
        expect(of(slice)).toEqual(of(clock.calendar));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the explanation', () => {
  test('has the schedule of the deadline, and its counted days or hours are the limit', () => {
    fc.assert(
      fc.property(anyClock, (clock) => {
        const rule = ruleOf(clock);
        const told = explain(rule, clock.startAt, clock.pauses, clock.calendar);
        const { dueAt, provisional } = schedule(rule, clock.startAt, clock.pauses, clock.calendar);
        expect({ dueAt: told.dueAt, provisional: told.provisional }).toEqual({ dueAt, provisional });
        expect(told.days[0]?.on).toBe(told.startOn);
        const on = told.days.map((day) => day.on);
        expect(on).toEqual(on.toSorted());
        if (dueAt === null) {
          return;
        }
        if (inDays(clock.kind.count)) {
          const counted = told.days.filter((day) => day.counted);
          expect(counted.length).toBe(clock.kind.length);
          expect(told.movedFromOn ?? told.lastOn).toBe(counted.at(-1)?.on ?? told.startOn);
          expect(on).toContain(told.lastOn);
        } else {
          const ms = told.days.reduce((sum, day) => sum + (day.countedMs ?? 0), 0);
          expect(ms).toBe(clock.kind.length * HALF_HOUR_MS);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
