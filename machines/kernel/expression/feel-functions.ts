import { type FeelDate, type FeelDateTime, parseDate, parseDateTime } from 'feelin';
import { compilePattern, type Pattern, patternMatches, patternReplace, patternSplit } from './pattern.ts';

/**
 * The functions an expression may call. Left out of FEEL's own list: those that read an object by a computed name
 * (`get value`, `get entries`), which no check could follow; those that take or build functions and contexts (`sort`,
 * `context put`), which can grow without bound; those the interpreter does not implement.
 */
export const feelFunctions: ReadonlySet<string> = new Set([
  ...['number', 'string', 'not', 'is', 'now', 'today', 'years and months duration'],
  ...['substring', 'string length', 'upper case', 'lower case', 'substring before', 'substring after'],
  ...['replace', 'contains', 'matches', 'starts with', 'ends with', 'split', 'string join'],
  ...[
    'list contains',
    'count',
    'min',
    'max',
    'sum',
    'mean',
    'median',
    'mode',
    'stddev',
    'product',
    'all',
    'any',
  ],
  ...['sublist', 'append', 'concatenate', 'insert before', 'remove', 'reverse', 'index of', 'union'],
  ...['distinct values', 'flatten'],
  ...['decimal', 'floor', 'ceiling', 'round up', 'round down', 'round half up', 'round half down', 'abs'],
  ...['modulo', 'sqrt', 'log', 'exp', 'odd', 'even'],
  ...['before', 'after', 'meets', 'met by', 'overlaps', 'includes'],
  ...['day of year', 'day of week', 'month of year', 'week of year'],
]);

/** Functions that take a regular expression, and the position and name of the parameter that holds it. */
export const patternParameters: Readonly<Record<string, { index: number; name: string }>> = {
  matches: { index: 1, name: 'pattern' },
  replace: { index: 1, name: 'pattern' },
  split: { index: 1, name: 'delimiter' },
};

/** The case's clock at one evaluation. */
export interface Clock {
  now: string;
  offsetMinutes: number;
}

// The interpreter binds arguments by this property; without it, it would read the function's source text.
const named = <F extends (...args: never[]) => unknown>(parameters: string[], fn: F): F =>
  Object.assign(fn, { $args: parameters });

/**
 * The functions that replace the interpreter's own: `now` and `today`, which would read the host's clock and zone, and
 * those that would run a backtracking regular expression.
 */
export const ownFunctions = (clock: () => Clock): Record<string, unknown> => {
  const patterns = new Map<string, Pattern>();
  const pattern = (source: string, flags: string): Pattern => {
    const key = `${flags}/${source}`;
    const known = patterns.get(key) ?? compilePattern(source, flags);
    patterns.set(key, known);
    return known;
  };
  return {
    now: named([], () => localNow(clock())),
    today: named([], () => localToday(clock())),
    matches: named(['input', 'pattern', 'flags'], (input: unknown, source: unknown, flags: unknown = '') =>
      areTexts(input, source, flags ?? '')
        ? patternMatches(pattern(`${source}`, `${flags ?? ''}`), `${input}`)
        : null,
    ),
    replace: named(
      ['input', 'pattern', 'replacement', 'flags'],
      (input: unknown, source: unknown, replacement: unknown, flags: unknown = '') =>
        areTexts(input, source, replacement, flags ?? '')
          ? patternReplace(pattern(`${source}`, `${flags ?? ''}`), `${input}`, `${replacement}`)
          : null,
    ),
    split: named(['string', 'delimiter'], (input: unknown, delimiter: unknown) =>
      areTexts(input, delimiter) ? patternSplit(pattern(`${delimiter}`, ''), `${input}`) : null,
    ),
  };
};

const areTexts = (...values: unknown[]): boolean => values.every((value) => typeof value === 'string');

const localNow = ({ now, offsetMinutes }: Clock): FeelDateTime | null => {
  const local = new Date(Date.parse(now) + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  return parseDateTime(`${local}${sign}${two(hours)}:${two(minutes)}`);
};

const localToday = ({ now, offsetMinutes }: Clock): FeelDate | null =>
  parseDate(new Date(Date.parse(now) + offsetMinutes * 60_000).toISOString().slice(0, 10));

const two = (value: number): string => String(value).padStart(2, '0');
