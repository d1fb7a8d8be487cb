/**
 * Regular expressions that cannot be made slow.
 *
 * JavaScript's own engine backtracks: `^(a+)+$` on 28 characters ran for 13 seconds. A list of forbidden shapes would
 * refuse harmless patterns and still miss slow ones, so patterns run here on an automaton instead: every character is
 * looked at once for each instruction, whatever the text. What an automaton cannot do (back-references, look-around)
 * is refused when the pattern is compiled.
 *
 * The language: literals, `.`, classes `[a-z]`, `\d \w \s` and their negations, `^`, `$`, groups, `|`, and the
 * quantifiers `* + ? {n} {n,} {n,m}`, lazy or not. It matches by code point, as JavaScript does with the flag `u`.
 */
import { type CharSet, PatternError } from './pattern-chars.ts';
import { type Instruction, parsePattern } from './pattern-parse.ts';

export { PatternError };

/** Longest text that a pattern is run on, in UTF-16 code units. */
export const patternInputCharsMax = 10_000;

/** A compiled pattern. */
export interface Pattern {
  program: readonly Instruction[];
  ignoreCase: boolean;
}

/** Where a pattern matched: code point offsets, `end` exclusive. */
interface Match {
  start: number;
  end: number;
}

/**
 * Compiles a pattern.
 *
 * @param flags any of `i` (ignore case) and `s` (dot matches line ends)
 * @throws `PatternError` with a sentence for the designer
 */
export const compilePattern = (source: string, flags = ''): Pattern => {
  if (!/^[is]*$/.test(flags)) {
    throw new PatternError(`the flags "${flags}" are not known; use "i" or "s"`);
  }
  return { program: parsePattern(source, flags.includes('s')), ignoreCase: flags.includes('i') };
};

/** Whether the pattern matches anywhere in the text. */
export const patternMatches = (pattern: Pattern, text: string): boolean =>
  search(pattern, codePoints(text), 0) !== null;

/** The text with each match replaced; `$0` in the replacement is the match. */
export const patternReplace = (pattern: Pattern, text: string, replacement: string): string => {
  const points = codePoints(text);
  const pieces = cut(pattern, points);
  return pieces
    .map((piece, index) => {
      const kept = points.slice(piece.from, piece.to).join('');
      if (index === pieces.length - 1) {
        return kept;
      }
      const matched = points.slice(piece.to, pieces[index + 1]?.from).join('');
      return kept + replacement.replaceAll('$0', () => matched);
    })
    .join('');
};

/** The parts of the text between the matches. */
export const patternSplit = (pattern: Pattern, text: string): string[] => {
  const points = codePoints(text);
  return cut(pattern, points).map(({ from, to }) => points.slice(from, to).join(''));
};

/** What lies between the matches. Empty matches are passed over: they separate nothing. */
const cut = (pattern: Pattern, points: string[]): { from: number; to: number }[] => {
  const pieces: { from: number; to: number }[] = [];
  let from = 0;
  let at = 0;
  while (at <= points.length) {
    const match = search(pattern, points, at);
    if (match === null) {
      break;
    }
    if (match.end === match.start) {
      at = match.start + 1;
      continue;
    }
    pieces.push({ from, to: match.start });
    from = match.end;
    at = match.end;
  }
  pieces.push({ from, to: points.length });
  return pieces;
};

/** The text as code points; refuses one that is too long to be worth matching. */
const codePoints = (text: string): string[] => {
  if (text.length > patternInputCharsMax) {
    throw new PatternError(`the text is longer than ${patternInputCharsMax} characters`);
  }
  return Array.from(text);
};

interface Thread {
  pc: number;
  start: number;
}

/**
 * The leftmost match at or after `from`, of several the one a backtracking engine would find first: threads are kept
 * in the order of preference, and a match drops those after it.
 */
const search = ({ program, ignoreCase }: Pattern, points: string[], from: number): Match | null => {
  let threads: Thread[] = [];
  let found: Match | null = null;
  for (let at = from; at <= points.length; at++) {
    const seen = new Set<number>();
    const ready: Thread[] = [];
    for (const thread of threads) {
      follow(program, thread, at, points.length, seen, ready);
    }
    if (found === null) {
      follow(program, { pc: 0, start: at }, at, points.length, seen, ready);
    }
    threads = [];
    for (const { pc, start } of ready) {
      const instruction = program[pc];
      if (instruction?.op === 'match') {
        found = { start, end: at };
        break;
      }
      const char = points[at];
      if (instruction?.op === 'char' && char !== undefined && accepts(instruction.set, char, ignoreCase)) {
        threads.push({ pc: pc + 1, start });
      }
    }
    if (threads.length === 0 && found !== null) {
      break;
    }
  }
  return found;
};

/** Adds every instruction reachable without reading a character, once. */
const follow = (
  program: readonly Instruction[],
  thread: Thread,
  at: number,
  length: number,
  seen: Set<number>,
  ready: Thread[],
): void => {
  const stack = [thread.pc];
  for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
    if (seen.has(pc)) {
      continue;
    }
    seen.add(pc);
    const instruction = program[pc];
    switch (instruction?.op) {
      case 'split':
        stack.push(instruction.second, instruction.first);
        break;
      case 'jump':
        stack.push(instruction.to);
        break;
      case 'start':
        if (at === 0) stack.push(pc + 1);
        break;
      case 'end':
        if (at === length) stack.push(pc + 1);
        break;
      default:
        ready.push({ pc, start: thread.start });
    }
  }
};

const accepts = (set: CharSet, char: string, ignoreCase: boolean): boolean => {
  const inside = (one: string): boolean => {
    const code = one.codePointAt(0) ?? 0;
    return set.ranges.some(([low, high]) => low <= code && code <= high);
  };
  const listed = inside(char) || (ignoreCase && (inside(char.toLowerCase()) || inside(char.toUpperCase())));
  return listed !== set.negated;
};
