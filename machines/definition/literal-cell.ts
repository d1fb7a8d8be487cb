import { type Cell, parseCell } from '../kernel/decision-cell.ts';
import { childrenOf, type FeelNode, textOf } from '../kernel/expression/feel-tree.ts';

/** What a literal cell compares with. */
export type Scalar = string | number | boolean | null;

/** A literal cell, as a test, and the literals it names. */
export interface LiteralCell {
  passes: (value: Scalar) => boolean;
  literals: Scalar[];
}

export const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** The cell as a test, where it is made of literals only. */
export const literalCell = (text: string | null): LiteralCell | undefined => {
  const cell: Cell | undefined = parseCell(text);
  if (cell === 'any') {
    return { passes: () => true, literals: [] };
  }
  if (cell === undefined || text === null) {
    return undefined;
  }
  const tests = cell.tests.map((test) => literalTest(test, text));
  const known = tests.filter((test) => test !== undefined);
  if (known.length < tests.length) {
    return undefined;
  }
  const passesOne = (value: Scalar) => known.some(({ passes }) => passes(value));
  return {
    passes: cell.negated ? (value) => !passesOne(value) : passesOne,
    literals: known.flatMap(({ literals }) => literals),
  };
};

const literalTest = (test: FeelNode, text: string): LiteralCell | undefined => {
  const [inner] = childrenOf(test);
  if (inner?.name !== 'SimplePositiveUnaryTest') {
    const value = inner && literalOf(inner, text);
    return value === undefined ? undefined : { passes: (one) => one === value, literals: [value] };
  }
  const [first, operand] = childrenOf(inner);
  if (first?.name === 'Interval') {
    const [open, low, , high, close] = childrenOf(first);
    const from = low && numberOf(low, text);
    const to = high && numberOf(high, text);
    if (open === undefined || close === undefined || from === undefined || to === undefined) {
      return undefined;
    }
    const above = textOf(open, text) === '[' ? comparisons['>='] : comparisons['>'];
    const below = textOf(close, text) === ']' ? comparisons['<='] : comparisons['<'];
    return {
      passes: (one) => typeof one === 'number' && above(one, from) && below(one, to),
      literals: [from, to],
    };
  }
  const limit = operand && numberOf(operand, text);
  const compare = first && comparisons[textOf(first, text) as keyof typeof comparisons];
  return limit === undefined || compare === undefined
    ? undefined
    : { passes: (one) => typeof one === 'number' && compare(one, limit), literals: [limit] };
};

const comparisons = {
  '<': (one: number, limit: number) => one < limit,
  '<=': (one: number, limit: number) => one <= limit,
  '>': (one: number, limit: number) => one > limit,
  '>=': (one: number, limit: number) => one >= limit,
};

const numberOf = (node: FeelNode, text: string): number | undefined => {
  const value = node.name === 'NumericLiteral' ? Number(textOf(node, text).replace(/\s/g, '')) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
};

const literalOf = (node: FeelNode, text: string): Scalar | undefined => {
  switch (node.name) {
    case 'null':
      return null;
    case 'BooleanLiteral':
      return textOf(node, text) === 'true';
    case 'NumericLiteral':
      return numberOf(node, text);
    case 'StringLiteral':
      return plainText(textOf(node, text));
    default:
      return undefined;
  }
};

// A text with an escape is left to the interpreter, which reads some that JSON does not.
const plainText = (quoted: string): string | undefined =>
  quoted.includes('\\') ? undefined : quoted.slice(1, -1);
