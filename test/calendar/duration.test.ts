import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DURATION_MAX,
  formatDuration,
  parseDuration,
  scaleDuration,
  toMilliseconds,
} from '../../machines/kernel/duration.ts';

const parsed = (text: string) => {
  const duration = parseDuration(text);
  if (duration === undefined) {
    throw new Error(`${text} was refused`);
  }
  return duration;
};

describe('parseDuration', () => {
  test.each([
    ['P15D', { months: 0, days: 15, ms: 0 }],
    ['P8W', { months: 0, days: 56, ms: 0 }],
    ['PT30M', { months: 0, days: 0, ms: 1_800_000 }],
    ['PT24H', { months: 0, days: 0, ms: 86_400_000 }],
    ['P1M', { months: 1, days: 0, ms: 0 }],
    ['P2Y', { months: 24, days: 0, ms: 0 }],
    ['P1Y6M', { months: 18, days: 0, ms: 0 }],
    ['P1M15D', { months: 1, days: 15, ms: 0 }],
    ['P1DT12H', { months: 0, days: 1, ms: 43_200_000 }],
    ['PT1H30M15.5S', { months: 0, days: 0, ms: 5_415_500 }],
    ['PT0.007S', { months: 0, days: 0, ms: 7 }],
    ['P0D', { months: 0, days: 0, ms: 0 }],
    ['PT0S', { months: 0, days: 0, ms: 0 }],
    ['P007D', { months: 0, days: 7, ms: 0 }],
    ['P100Y', { months: 1200, days: 0, ms: 0 }],
  ])('reads %s', (text, expected) => {
    expect(parseDuration(text)).toEqual(expected);
  });

  test.each([
    ['nothing', ''],
    ['no part', 'P'],
    ['an empty time', 'PT'],
    ['an empty time after days', 'P1DT'],
    ['a number alone', '15'],
    ['no unit', 'P15'],
    ['no P', '15D'],
    ['lower case', 'p15d'],
    ['a negative length', '-P1D'],
    ['a negative part', 'P-1D'],
    ['a plus', '+P1D'],
    ['a fraction of a day', 'P1.5D'],
    ['a fraction of an hour', 'PT1.5H'],
    ['a comma', 'PT1,5S'],
    ['finer than a millisecond', 'PT0.0001S'],
    ['hours without T', 'P24H'],
    ['days after T', 'PT1D'],
    ['the wrong order', 'P1D1M'],
    ['a unit twice', 'P1D2D'],
    ['weeks with days', 'P1W1D'],
    ['spaces', ' P1D '],
    ['a line end', 'P1D\n'],
    ['Arabic-Indic digits', 'P٣D'],
    ['an exponent', 'P1e3D'],
    ['over a hundred years', 'P101Y'],
    ['over a hundred years of weeks', 'P5300W'],
    ['over a hundred years of hours', 'PT9999999H'],
    ['digits without end', `P${'9'.repeat(10_000)}D`],
    ['zeros without end', `P${'0'.repeat(10_000)}1D`],
    ['a date', '2026-01-05'],
  ])('refuses %s', (_, text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test('never throws, and what it reads of noise is within bounds and writes back to the same length', () => {
    const noise = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...'PTYMWDHS0123456789.-'), { maxLength: 12 }).map((c) => c.join('')),
      fc.array(fc.constantFrom(...'YMWDTHMS0159.'), { maxLength: 8 }).map((c) => `P${c.join('')}`),
    );
    fc.assert(
      fc.property(noise, (text) => {
        const duration = parseDuration(text);
        if (duration === undefined) {
          return;
        }
        for (const part of ['months', 'days', 'ms'] as const) {
          expect(Number.isInteger(duration[part])).toBe(true);
          expect(duration[part]).toBeGreaterThanOrEqual(0);
          expect(duration[part]).toBeLessThanOrEqual(DURATION_MAX[part]);
        }
        expect(parseDuration(formatDuration(duration))).toEqual(duration);
      }),
      { numRuns: 5000 },
    );
  });

  test('every length within bounds survives being written and read', () => {
    fc.assert(
      fc.property(
        fc.record({
          months: fc.integer({ min: 0, max: DURATION_MAX.months }),
          days: fc.integer({ min: 0, max: DURATION_MAX.days }),
          ms: fc.integer({ min: 0, max: DURATION_MAX.ms }),
        }),
        (duration) => {
          expect(parseDuration(formatDuration(duration))).toEqual(duration);
        },
      ),
    );
  });
});

describe('scaleDuration', () => {
  test.each([
    ['P1D', 'PT20S'],
    ['P3D', 'PT1M'],
    ['P8W', 'PT18M40S'],
    ['PT24H', 'PT20S'],
    ['PT6H', 'PT5S'],
    ['PT1H', 'PT0.833S'],
    ['PT1M', 'PT0.014S'],
    ['P1M', 'PT10M'],
    ['P2Y', 'PT4H3M20S'],
    ['P1Y6M', 'PT3H1M40S'],
    ['P1DT12H', 'PT30S'],
    ['P0D', 'PT0S'],
  ])('%s on a clock of 20 seconds a day is %s', (text, expected) => {
    expect(formatDuration(scaleDuration(parsed(text), 20_000))).toBe(expected);
  });

  test('a longer length is never scaled to a shorter one', () => {
    const length = fc.record({
      months: fc.constant(0),
      days: fc.integer({ min: 0, max: 4000 }),
      ms: fc.integer({ min: 0, max: 86_400_000 }),
    });
    fc.assert(
      fc.property(length, length, fc.integer({ min: 1, max: 86_400_000 }), (a, b, dayMs) => {
        const [short, long] = (toMilliseconds(a) ?? 0) <= (toMilliseconds(b) ?? 0) ? [a, b] : [b, a];
        expect(scaleDuration(short, dayMs).ms).toBeLessThanOrEqual(scaleDuration(long, dayMs).ms);
      }),
    );
  });
});

test('toMilliseconds knows days and weeks, and no month', () => {
  expect(toMilliseconds(parsed('P1W'))).toBe(604_800_000);
  expect(toMilliseconds(parsed('PT30M'))).toBe(1_800_000);
  expect(toMilliseconds(parsed('P1DT1S'))).toBe(86_401_000);
  expect(toMilliseconds(parsed('P1M'))).toBeUndefined();
  expect(toMilliseconds(parsed('P1Y'))).toBeUndefined();
});
