import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compilePattern,
  PatternError,
  patternMatches,
  patternReplace,
  patternSplit,
} from '../../machines/kernel/expression/pattern.ts';

const run = (pattern: string, text: string, flags = '') =>
  patternMatches(compilePattern(pattern, flags), text);

test.each([
  ['^[A-Z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}$', 'A.B@example.org', true],
  ['^[A-Z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}$', 'A.B@example', false],
  ['^\\d{4}-\\d{2}$', '2026-11', true],
  ['^\\d{4}-\\d{2}$', '2026-1', false],
  ['^沪[A-HJ-NP-Z]\\w{5}$', '沪A12345', true],
  ['(ab|a)(c|bcd)$', 'abcd', true],
  ['^a{2,3}$', 'aaaa', false],
  ['^a.c$', 'a\nc', false],
  ['a\\.b', 'a.b', true],
  ['[^a-c]', 'abc', false],
  ['^\\S+$', 'a b', false],
  ['😀{2}', '😀😀', true],
  ['', 'anything', true],
])('%s on %s: %s', (pattern, text, expected) => {
  expect(run(pattern, text)).toBe(expected);
});

// Guarantee: on what both can do, the automaton and JavaScript's engine agree, first match and all.
test('it agrees with RegExp', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '(a|b)', '(?:ab|a)', '(b?)');
  const quantifier = fc.constantFrom('', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '+?');
  const piece = fc.tuple(atom, quantifier).map(([one, many]) => one + many);
  const branch = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
  const pattern = fc
    .tuple(fc.constantFrom('', '^'), branch, fc.option(branch, { nil: null }), fc.constantFrom('', '$'))
    .map(([start, one, other, end]) =>
      other === null ? start + one + end : `${start}(${one}|${other})${end}`,
    );
  const text = fc
    .array(fc.constantFrom('a', 'b', '1', '\n', '😀'), { maxLength: 8 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(pattern, text, (source, input) => {
      const ours = compilePattern(source);
      expect(patternMatches(ours, input)).toBe(new RegExp(source, 'u').test(input));
      const theirs = input.replace(new RegExp(source, 'gu'), (match) => (match === '' ? '' : `<${match}>`));
      expect(patternReplace(ours, input, '<$0>')).toBe(theirs);
    }),
    { numRuns: 2_000 },
  );
});

test('split keeps what lies between', () => {
  expect(patternSplit(compilePattern(';|,'), 'a,b;;c')).toEqual(['a', 'b', '', 'c']);
  expect(patternSplit(compilePattern('x*'), 'ab')).toEqual(['ab']);
});

test.each([
  ['(a)\\1', 'back-reference'],
  ['(?=a)', 'look-ahead'],
  ['(?<n>a)', 'named'],
  ['(a', 'not closed'],
  ['a)', 'closes nothing'],
  ['[a', 'not closed'],
  ['[z-a]', 'range'],
  ['*a', 'stands alone'],
  ['a**', 'quantifier'],
  ['a{3,2}', 'ends before'],
  ['a{1,', 'repeat'],
  ['\\p{L}', 'escape'],
  ['\\', 'ends in'],
  ['(((a{50}){50}){50})', 'too large'],
  [`${'('.repeat(21)}a${')'.repeat(21)}`, 'nest'],
])('%s is refused', (source, reason) => {
  expect(() => compilePattern(source)).toThrow(PatternError);
  expect(() => compilePattern(source)).toThrow(reason);
});

test('unknown flags and over-long texts are refused', () => {
  expect(() => compilePattern('a', 'g')).toThrow('flags');
  expect(() => run('a', 'a'.repeat(10_001))).toThrow('longer than');
});

test('flags', () => {
  expect(run('ß|É', 'é', 'i')).toBe(true);
  expect(run('^a.c$', 'a\nc', 's')).toBe(true);
});
