import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysOf } from '../../machines/definition/worst-calendar.ts';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import { schedule } from '../../machines/kernel/due-date.ts';
import { shippedCalendars } from '../../machines/library/index.ts';

const dayMs = 86_400_000;

describe('the range of a length on whatever calendar', () => {
  it('holds on every shipped calendar, from every day of 2024 to 2026', () => {
    const calendars = Object.values(shippedCalendars) as Calendar[];
    fc.assert(
      fc.property(
        fc.constantFrom(...calendars),
        fc.integer({ min: 0, max: 1_000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('calendar-days' as const, 'business-days' as const),
        (calendar, day, length, count) => {
          const startedAt = new Date(Date.UTC(2024, 0, 1, 4) + day * dayMs).toISOString();
          const { dueAt } = schedule({ limit: `P${length}D`, count, warnAt: [] }, startedAt, [], calendar);
          // It ends at the end of a local day, hence one day more; that day may have 25 hours.
          const taken = (Date.parse(dueAt ?? '') - Date.parse(startedAt)) / dayMs;
          const range = daysOf(`P${length}D`, count);
          expect(taken).toBeGreaterThanOrEqual((range?.shortest ?? 0) - 0.05);
          expect(taken).toBeLessThanOrEqual((range?.longest ?? 0) + 1.05);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is unknown for what is no length', () => {
    expect(daysOf('two weeks', 'calendar-days')).toBeUndefined();
  });
});
