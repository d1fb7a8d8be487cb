import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMonths, civilDate, dayNumber, isCivilDate, weekdayOf } from '../../machines/kernel/civil-date.ts';
import { instantAt, instantMs, isInstant } from '../../machines/kernel/instant.ts';

describe('civil dates', () => {
  test('every day of the years 1600 to 2400 is the one that Date counts', () => {
    const DAY_MS = 86_400_000;
    const last = Date.UTC(2400, 11, 31) / DAY_MS;
    for (let day = Date.UTC(1600, 0, 1) / DAY_MS; day <= last; day += 1) {
      const date = new Date(day * DAY_MS);
      const on = date.toISOString().slice(0, 10);
      if (civilDate(day) !== on || dayNumber(on) !== day || weekdayOf(day) !== (date.getUTCDay() || 7)) {
        expect.fail(`${on}: ${civilDate(day)}, ${dayNumber(on)}, weekday ${weekdayOf(day)}`);
      }
    }
  });

  test.each([
    ['2025-01-31', 1, '2025-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2025-08-31', 18, '2027-02-28'],
    ['2025-12-15', 1, '2026-01-15'],
    ['2025-03-31', -1, '2025-02-28'],
    ['2025-01-15', -13, '2023-12-15'],
    ['1900-01-31', 1, '1900-02-28'],
    ['2000-01-31', 1, '2000-02-29'],
  ])('%s and %i months is %s', (on, months, expected) => {
    expect(civilDate(addMonths(dayNumber(on), months))).toBe(expected);
  });

  test.each([
    '2025-02-29',
    '2025-13-01',
    '2025-00-10',
    '2025-04-31',
    '2025-1-1',
    '20250101',
    '',
    ' 2025-01-01',
  ])('"%s" is no date', (on) => {
    expect(isCivilDate(on)).toBe(false);
    expect(() => dayNumber(on)).toThrow(RangeError);
  });
});

describe('instants', () => {
  test('an instant survives being written and read, and agrees with Date', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }), (ms) => {
        expect(instantMs(instantAt(ms))).toBe(ms);
        expect(instantMs(instantAt(ms))).toBe(Date.parse(instantAt(ms)));
      }),
    );
  });

  test.each([
    ['2026-01-05T10:00:00+08:00', '2026-01-05T02:00:00.000Z'],
    ['2026-01-05T00:30:00-05:30', '2026-01-05T06:00:00.000Z'],
    ['2026-01-05T10:00:00.123456Z', '2026-01-05T10:00:00.123Z'],
    ['2026-01-05T10:00:00.5Z', '2026-01-05T10:00:00.500Z'],
  ])('%s is %s', (at, expected) => {
    expect(instantAt(instantMs(at))).toBe(expected);
  });

  test.each([
    '2026-01-05',
    '2026-01-05T10:00',
    '2026-01-05T10:00:00',
    '2026-01-05T24:00:00Z',
    '2026-01-05T10:60:00Z',
    '2026-01-05T10:00:60Z',
    '2026-02-30T10:00:00Z',
    '2026-01-05T10:00:00+25:00',
    '2026-01-05 10:00:00Z',
    'Mon, 05 Jan 2026 10:00:00 GMT',
    '',
  ])('"%s" is no instant, though Date may read it', (at) => {
    expect(isInstant(at)).toBe(false);
    expect(() => instantMs(at)).toThrow(RangeError);
  });
});
