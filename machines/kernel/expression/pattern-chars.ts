/** A set of code points, as inclusive ranges. */
export interface CharSet {
  ranges: [number, number][];
  negated: boolean;
}

/** A pattern being read, by code point. */
export interface CharReader {
  chars: string[];
  at: number;
}

/** A pattern that is refused. The message completes "this pattern is refused because …". */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PatternError';
  }
}

/** The one character. */
export const literal = (char: string): CharSet => {
  const code = char.codePointAt(0) ?? 0;
  return { ranges: [[code, code]], negated: false };
};

const range = (from: string, to: string): [number, number] => [
  from.codePointAt(0) ?? 0,
  to.codePointAt(0) ?? 0,
];

/** What a dot leaves out unless the flag `s` is set. */
export const lineEnds: [number, number][] = [range('\n', '\n'), range('\r', '\r'), range('\u2028', '\u2029')];
const classes: Record<string, [number, number][]> = {
  d: [range('0', '9')],
  w: [range('a', 'z'), range('A', 'Z'), range('0', '9'), range('_', '_')],
  s: [
    range('\t', '\r'),
    range(' ', ' '),
    range('\u00a0', '\u00a0'),
    range('\u1680', '\u1680'),
    range('\u2000', '\u200a'),
    range('\u2028', '\u2029'),
    range('\u202f', '\u202f'),
    range('\u205f', '\u205f'),
    range('\u3000', '\u3000'),
    range('\ufeff', '\ufeff'),
  ],
};
const controls: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

/** What stands after a backslash, which is read already. */
export const escaped = (reader: CharReader): CharSet => {
  const char = reader.chars[reader.at++];
  if (char === undefined) {
    throw new PatternError('it ends in a "\\"');
  }
  const ranges = classes[char.toLowerCase()];
  if (ranges !== undefined && /^[dwsDWS]$/.test(char)) {
    return { ranges, negated: char !== char.toLowerCase() };
  }
  if (/^[0-9]$/.test(char)) {
    throw new PatternError('back-references are not supported');
  }
  const control = controls[char];
  if (control !== undefined) {
    return literal(control);
  }
  if (/^[\p{L}\p{N}]$/u.test(char)) {
    throw new PatternError(`the escape "\\${char}" is not supported`);
  }
  return literal(char);
};

/** A class, whose opening bracket is read already. */
export const charClass = (reader: CharReader): CharSet => {
  const set: CharSet = { ranges: [], negated: false };
  if (reader.chars[reader.at] === '^') {
    set.negated = true;
    reader.at++;
  }
  for (;;) {
    const char = reader.chars[reader.at];
    if (char === undefined) {
      throw new PatternError('a "[" is not closed');
    }
    if (char === ']') {
      reader.at++;
      return set;
    }
    const low = classMember(reader);
    if (reader.chars[reader.at] !== '-' || reader.chars[reader.at + 1] === ']') {
      set.ranges.push(...low);
      continue;
    }
    reader.at++;
    const high = classMember(reader);
    const [from, to] = [low[0]?.[0] ?? 0, high[0]?.[1] ?? 0];
    if (low.length !== 1 || high.length !== 1 || low[0]?.[0] !== low[0]?.[1] || to < from) {
      throw new PatternError('a range in "[…]" does not run from one character up to another');
    }
    set.ranges.push([from, to]);
  }
};

const classMember = (reader: CharReader): [number, number][] => {
  const char = reader.chars[reader.at++] ?? '';
  if (char !== '\\') {
    return literal(char).ranges;
  }
  const set = escaped(reader);
  if (set.negated) {
    throw new PatternError('\\D, \\W and \\S cannot stand inside "[…]"');
  }
  return set.ranges;
};
