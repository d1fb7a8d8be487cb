import {
  type CharReader,
  type CharSet,
  charClass,
  escaped,
  lineEnds,
  literal,
  PatternError,
} from './pattern-chars.ts';

/** One instruction of a pattern's program; `split` prefers `first`. */
export type Instruction =
  | { op: 'char'; set: CharSet }
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { op: 'start' }
  | { op: 'end' }
  | { op: 'match' };

/** Largest program; counted repeats are written out, so this also bounds them. */
const instructionsMax = 1_000;
const nestingMax = 20;

/** A parsed piece, written out at a given address. Relative addresses keep repeats simple. */
type Piece = (base: number) => Instruction[];

interface Reader extends CharReader {
  depth: number;
  dotAll: boolean;
}

/**
 * Parses a pattern into a program for the matcher.
 *
 * @throws `PatternError` on a syntax error, on what an automaton cannot do, and on a program that is too large
 */
export const parsePattern = (source: string, dotAll: boolean): Instruction[] => {
  const reader: Reader = { chars: Array.from(source), at: 0, depth: 0, dotAll };
  const piece = alternatives(reader);
  if (reader.at < reader.chars.length) {
    throw new PatternError('a ")" closes nothing');
  }
  const program = piece(0);
  bounded(program);
  return [...program, { op: 'match' }];
};

const bounded = (program: Instruction[]): Instruction[] => {
  if (program.length > instructionsMax) {
    throw new PatternError(`it is too large once its repeats are written out (over ${instructionsMax})`);
  }
  return program;
};

const alternatives = (reader: Reader): Piece => {
  const branches = [sequence(reader)];
  while (reader.chars[reader.at] === '|') {
    reader.at++;
    branches.push(sequence(reader));
  }
  return branches.reduceRight((rest, branch) => (base) => {
    const left = branch(base + 1);
    const right = rest(base + left.length + 2);
    return bounded([
      { op: 'split', first: base + 1, second: base + left.length + 2 },
      ...left,
      { op: 'jump', to: base + left.length + 2 + right.length },
      ...right,
    ]);
  });
};

const sequence = (reader: Reader): Piece => {
  const pieces: Piece[] = [];
  for (;;) {
    const char = reader.chars[reader.at];
    if (char === undefined || char === '|' || char === ')') {
      return joined(pieces);
    }
    pieces.push(quantified(reader, atom(reader)));
  }
};

const joined =
  (pieces: Piece[]): Piece =>
  (base) => {
    const program: Instruction[] = [];
    for (const piece of pieces) {
      program.push(...piece(base + program.length));
      bounded(program);
    }
    return program;
  };

const atom = (reader: Reader): Piece => {
  const char = reader.chars[reader.at++] ?? '';
  switch (char) {
    case '^':
      return () => [{ op: 'start' }];
    case '$':
      return () => [{ op: 'end' }];
    case '.':
      return one(reader.dotAll ? { ranges: [], negated: true } : { ranges: lineEnds, negated: true });
    case '(':
      return group(reader);
    case '[':
      return one(charClass(reader));
    case '\\':
      return one(escaped(reader));
    case '*':
    case '+':
    case '?':
    case '{':
    case '}':
    case ']':
      throw new PatternError(`"${char}" stands alone; write "\\${char}" for the character itself`);
    default:
      return one(literal(char));
  }
};

const one =
  (set: CharSet): Piece =>
  () => [{ op: 'char', set }];

const group = (reader: Reader): Piece => {
  if (reader.chars[reader.at] === '?') {
    if (reader.chars[reader.at + 1] !== ':') {
      throw new PatternError('look-ahead, look-behind and named groups are not supported');
    }
    reader.at += 2;
  }
  if (++reader.depth > nestingMax) {
    throw new PatternError(`groups nest deeper than ${nestingMax}`);
  }
  const inner = alternatives(reader);
  reader.depth--;
  if (reader.chars[reader.at++] !== ')') {
    throw new PatternError('a "(" is not closed');
  }
  return inner;
};

const quantified = (reader: Reader, piece: Piece): Piece => {
  const bounds = quantifier(reader);
  if (bounds === null) {
    return piece;
  }
  const lazy = reader.chars[reader.at] === '?';
  if (lazy) {
    reader.at++;
  }
  if (quantifier(reader) !== null) {
    throw new PatternError('a quantifier follows a quantifier');
  }
  return joined([
    ...Array.from({ length: bounds.min }, () => piece),
    ...(bounds.max === null
      ? [many(piece, lazy)]
      : Array.from({ length: bounds.max - bounds.min }, () => optional(piece, lazy))),
  ]);
};

const prefer = (first: number, second: number, lazy: boolean): Instruction =>
  lazy ? { op: 'split', first: second, second: first } : { op: 'split', first, second };

const optional =
  (piece: Piece, lazy: boolean): Piece =>
  (base) => {
    const body = piece(base + 1);
    return [prefer(base + 1, base + 1 + body.length, lazy), ...body];
  };

const many =
  (piece: Piece, lazy: boolean): Piece =>
  (base) => {
    const body = piece(base + 1);
    return [prefer(base + 1, base + body.length + 2, lazy), ...body, { op: 'jump', to: base }];
  };

const quantifier = (reader: Reader): { min: number; max: number | null } | null => {
  switch (reader.chars[reader.at]) {
    case '*':
      reader.at++;
      return { min: 0, max: null };
    case '+':
      reader.at++;
      return { min: 1, max: null };
    case '?':
      reader.at++;
      return { min: 0, max: 1 };
    case '{':
      return counted(reader);
    default:
      return null;
  }
};

const counted = (reader: Reader): { min: number; max: number | null } => {
  const close = reader.chars.indexOf('}', reader.at);
  const text = close < 0 ? '' : reader.chars.slice(reader.at + 1, close).join('');
  const parts = /^(\d{1,3})(,(\d{0,3}))?$/.exec(text);
  if (parts === null) {
    throw new PatternError('a repeat is {n}, {n,} or {n,m} with numbers up to 999');
  }
  reader.at = close + 1;
  const min = Number(parts[1]);
  const max = parts[2] === undefined ? min : parts[3] === '' ? null : Number(parts[3]);
  if (max !== null && max < min) {
    throw new PatternError(`the repeat {${text}} ends before it starts`);
  }
  return { min, max };
};
