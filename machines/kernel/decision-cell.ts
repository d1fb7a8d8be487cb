import { parseUnaryTests } from 'feelin';
import { ExpressionError } from './expression/error.ts';
import {
  childrenOf,
  descendants,
  expressionCharsMax,
  type FeelNode,
  textOf,
} from './expression/feel-tree.ts';
import type { Expression } from './expression.ts';

/** A cell of a decision table, parsed: `-` (anything passes), or tests of which one must pass, or none. */
export type Cell = 'any' | { negated: boolean; tests: FeelNode[] };

/**
 * Parses a cell: FEEL's unary tests, such as `"a", "b"`, `[1..5)`, `> data.limit`, `not(null)`. Without data, as every
 * expression, so that no key of a case can change what a cell means.
 *
 * @returns undefined for what is no unary test
 */
export const parseCell = (text: string | null): Cell | undefined => {
  if (text === null) {
    return 'any';
  }
  if (text.length > expressionCharsMax) {
    return undefined;
  }
  const top = parseUnaryTests(text, {}, undefined).topNode;
  const [first, ...others] = childrenOf(top);
  if (first === undefined || descendants(top).some((node) => node.type.isError)) {
    return undefined;
  }
  if (first.name === 'Wildcard') {
    return 'any';
  }
  const negated = first.name === 'not';
  const tests = negated ? others.find(({ name }) => name === 'PositiveUnaryTests') : first;
  return tests?.name === 'PositiveUnaryTests' ? { negated, tests: childrenOf(tests) } : undefined;
};

/**
 * The cell as an ordinary FEEL expression about `item`, the input's value: so that every rule, bound and cache of
 * expressions holds for cells too. Undefined where anything passes.
 *
 * The interpreter's own unary tests let a text pass a range of numbers and nothing pass `null`; what is written here
 * does not.
 *
 * @throws ExpressionError `EXPRESSION_REFUSED` for what is no unary test
 */
export const cellExpression = (text: string | null): Expression | undefined => {
  const cell = parseCell(text);
  if (cell === 'any') {
    return undefined;
  }
  if (cell === undefined || text === null) {
    throw new ExpressionError('EXPRESSION_REFUSED', text ?? '', 'SYNTAX');
  }
  const equals = cell.tests.filter((test) => isPlain(test));
  const parts = [
    ...(equals.length === 0 ? [] : [`item in (${equals.map((test) => textOf(test, text)).join(', ')})`]),
    ...cell.tests.filter((test) => !isPlain(test)).map((test) => testText(test, text)),
  ];
  const joined = parts.length === 1 ? `${parts[0]}` : parts.map((part) => `(${part})`).join(' or ');
  return { '@expr': cell.negated ? `not(${joined})` : joined, '@lang': 'feel' };
};

/** The `?` of a test: the input's value, named within it. */
export const questionMarks = (test: FeelNode): FeelNode[] =>
  descendants(test).filter(({ name }) => name === '?');

/** Whether a test is a value to be equal to, or a list to be in. */
const isPlain = (test: FeelNode): boolean => {
  const kind = childrenOf(test)[0]?.name;
  return kind !== 'SimplePositiveUnaryTest' && kind !== 'null' && questionMarks(test).length === 0;
};

const testText = (test: FeelNode, text: string): string => {
  const marks = questionMarks(test);
  const [inner] = childrenOf(test);
  if (marks.length > 0 || inner === undefined) {
    return withItem(test, marks, text);
  }
  if (inner.name === 'null') {
    return 'item = null';
  }
  const [first] = childrenOf(inner);
  if (first?.name !== 'Interval') {
    const [operator, operand] = childrenOf(inner);
    const compared = `item ${textOf(inner, text)}`;
    const isEquality = operator !== undefined && ['=', '!='].includes(textOf(operator, text));
    return operand?.name === 'NumericLiteral' && !isEquality ? numbersOnly(compared) : compared;
  }
  const [open, low, , high, close] = childrenOf(first);
  if (open === undefined || low === undefined || high === undefined || close === undefined) {
    throw new ExpressionError('EXPRESSION_REFUSED', text, 'SYNTAX');
  }
  const from = textOf(open, text) === '[' ? '>=' : '>';
  const to = textOf(close, text) === ']' ? '<=' : '<';
  const between = `item ${from} ${textOf(low, text)} and item ${to} ${textOf(high, text)}`;
  return [low, high].some(({ name }) => name === 'NumericLiteral') ? numbersOnly(between) : between;
};

// `true < 5` is true for the interpreter.
const numbersOnly = (test: string): string => `item instance of number and ${test}`;

const withItem = (test: FeelNode, marks: FeelNode[], text: string): string => {
  let replaced = '';
  let at = test.from;
  for (const mark of marks) {
    replaced += `${text.slice(at, mark.from)}item`;
    at = mark.to;
  }
  return replaced + text.slice(at, test.to);
};
