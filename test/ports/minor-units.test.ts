import fc from 'fast-check';
import { expect, test } from 'vitest';
import { majorText, minorUnits } from '../../activities/ports/minor-units.ts';

test.each([
  ['1234.56', 'major', 'CNY', 123_456],
  [1234.56, 'major', 'CNY', 123_456],
  [0.29, 'major', 'CNY', 29],
  ['8.1', 'major', 'CNY', 810],
  ['5.1000', 'major', 'CNY', 510],
  ['-3.05', 'major', 'CNY', -305],
  ['700', 'major', 'JPY', 700],
  ['123456', 'minor', 'CNY', 123_456],
  ['123456.00', 'minor', 'CNY', 123_456],
] as const)('%j in %s units of %s is %i', (value, unit, currency, amount) => {
  expect(minorUnits(value, unit, currency)).toBe(amount);
});

test.each([
  ['1.005', 'major', 'CNY'],
  ['1.5', 'major', 'JPY'],
  ['1.5', 'minor', 'CNY'],
  ['1,234.56', 'major', 'CNY'],
  ['1e3', 'major', 'CNY'],
  [1e21, 'major', 'CNY'],
  ['', 'major', 'CNY'],
  [null, 'major', 'CNY'],
  [true, 'major', 'CNY'],
  ['1', 'major', 'yuan'],
  ['999999999999999', 'major', 'CNY'],
] as const)('%j in %s units of %s is no amount', (value, unit, currency) => {
  expect(minorUnits(value, unit, currency)).toBeUndefined();
});

test('an amount written and read again is the same', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e12, max: 1e12 }),
      fc.constantFrom('CNY', 'JPY', 'KWD'),
      (amount, currency) => {
        expect(minorUnits(majorText(amount, currency), 'major', currency)).toBe(amount);
      },
    ),
  );
});
