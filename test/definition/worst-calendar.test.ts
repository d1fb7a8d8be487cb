import { describe, expect, it } from 'vitest';
import { daysOf } from '../../machines/definition/worst-calendar.ts';
import { schedule } from '../../machines/kernel/due-date.ts';
import { shippedCalendars } from '../../machines/library/index.ts';

const dayMs = 86_400_000;

const lengths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 40];

describe('the range of a length on whatever calendar', () => {
  it.each(['calendar-days', 'business-days'] as const)(
    'holds on every shipped calendar, from every day of 2024 to 2026: %s',
    (count) => {
      const outside: string[] = [];
      for (const calendar of Object.values(shippedCalendars)) {
        for (const length of lengths) {
          const range = daysOf(`P${length}D`, count);
          for (let day = 0; day <= 1_000; day++) {
            const startedAt = new Date(Date.UTC(2024, 0, 1, 4) + day * dayMs).toISOString();
            const { dueAt } = schedule({ limit: `P${length}D`, count, warnAt: [] }, startedAt, [], calendar);
            // It ends at the end of a local day, hence one day more; that day may have 25 hours.
            const taken = (Date.parse(dueAt ?? '') - Date.parse(startedAt)) / dayMs;
            const { shortest = 0, longest = 0 } = range ?? {};
            if (!(taken >= shortest - 0.05 && taken <= longest + 1.05)) {
              outside.push(`${calendar.id} P${length}D from ${startedAt}: ${taken}`);
            }
          }
        }
      }
      expect(outside).toEqual([]);
    },
  );

  it('is unknown for what is no length', () => {
    expect(daysOf('two weeks', 'calendar-days')).toBeUndefined();
  });
});
