import type { ExpressionProblem } from '../kernel/expression/feel-problem.ts';
import { childrenOf, descendants, type FeelNode, nameOf, textOf } from '../kernel/expression/feel-tree.ts';
import { type ExpressionNames, follow } from './expression-names.ts';
import { pathOf } from './expression-paths.ts';

/** What a part of an expression is, as far as it can be told: `text-date` is a date still in its JSON text. */
type Kind = 'text-date' | 'date' | 'date-time' | 'duration' | 'fraction' | 'rounded' | 'other';

/**
 * Comparisons and sums that are silently false or `null`: a date's text with a date (all dates in JSON are text), a
 * date with an instant, a fraction for equality (`0.1 + 0.2 = 0.3` is false).
 */
export const comparisonProblems = (
  top: FeelNode,
  source: string,
  names: ExpressionNames,
): ExpressionProblem[] =>
  descendants(top).flatMap((node) => {
    const [left, operator, right] = childrenOf(node);
    if (
      !['Comparison', 'ArithmeticExpression'].includes(node.name) ||
      left === undefined ||
      right === undefined
    ) {
      return [];
    }
    const kinds = [kindOf(left, source, names), kindOf(right, source, names)];
    const at = { from: node.from, to: node.to };
    if (
      kinds.includes('text-date') &&
      kinds.some((kind) => ['date', 'date-time', 'duration'].includes(kind))
    ) {
      const written = textOf(kinds[0] === 'text-date' ? left : right, source);
      const message = `"${written}" is text here, so this is never true.`;
      return [
        {
          code: 'DATE_AS_TEXT',
          message,
          fix: `Write \`date and time(${written})\` or \`date(${written})\`.`,
          at,
        },
      ];
    }
    if (node.name === 'Comparison' && kinds.includes('date') && kinds.includes('date-time')) {
      const message = 'A date and an instant do not compare; this is never true.';
      return [
        { code: 'DATE_WITH_INSTANT', message, fix: 'Use `today()` with dates, `now()` with instants.', at },
      ];
    }
    const isEquality = operator !== undefined && ['=', '!='].includes(textOf(operator, source));
    if (isEquality && kinds.includes('fraction') && !kinds.includes('rounded')) {
      const message = 'Fractions are binary: 0.1 + 0.2 is not 0.3.';
      return [
        {
          code: 'FRACTION_EQUAL',
          message,
          fix: 'Compare whole minor units, or round with `decimal(x, 2)`.',
          at,
        },
      ];
    }
    return [];
  });

/** A guard that can never be `true`, because it yields a number, a text, a list. */
export const resultProblems = (top: FeelNode): ExpressionProblem[] => {
  let node: FeelNode | undefined = childrenOf(top)[0];
  while (node?.name === 'ParenthesizedExpression') {
    node = childrenOf(node)[1];
  }
  const never = [
    'ArithmeticExpression',
    'NumericLiteral',
    'StringLiteral',
    'List',
    'Context',
    'DateTimeLiteral',
  ];
  if (node === undefined || ![...never, 'ForExpression', 'null'].includes(node.name)) {
    return [];
  }
  const at = { from: node.from, to: node.to };
  return [
    { code: 'GUARD_NEVER', message: 'This guard can never be true.', fix: 'Compare with something.', at },
  ];
};

const kindOf = (node: FeelNode, source: string, names: ExpressionNames): Kind => {
  const children = childrenOf(node);
  switch (node.name) {
    case 'ParenthesizedExpression':
      return children[1] === undefined ? 'other' : kindOf(children[1], source, names);
    case 'DateTimeLiteral':
      return kindOfLiteral(textOf(node, source));
    case 'FunctionInvocation':
      return kindOfCall(children[0] === undefined ? '' : nameOf(children[0], source));
    case 'NumericLiteral':
      return textOf(node, source).includes('.') ? 'fraction' : 'other';
    case 'ArithmeticExpression':
      return kindOfSum(children, source, names);
    case 'VariableName':
    case 'PathExpression':
      return kindOfPath(node, source, names);
    default:
      return 'other';
  }
};

const kindOfLiteral = (text: string): Kind => {
  if (/^date\s+and\s+time/.test(text) || /^@"[^"]*T/.test(text)) {
    return /^@"-?P/.test(text) ? 'duration' : 'date-time';
  }
  if (/^duration/.test(text) || /^@"-?P/.test(text)) {
    return 'duration';
  }
  return /^date/.test(text) || /^@"\d{4,}-/.test(text) ? 'date' : 'other';
};

const rounding = /^(decimal|floor|ceiling|round (up|down|half up|half down))$/;

const kindOfCall = (name: string): Kind => {
  if (name === 'now') {
    return 'date-time';
  }
  if (name === 'today') {
    return 'date';
  }
  return rounding.test(name) ? 'rounded' : 'other';
};

const kindOfSum = (children: FeelNode[], source: string, names: ExpressionNames): Kind => {
  const [left, operator, right] = children;
  if (left === undefined || operator === undefined || right === undefined) {
    return 'other';
  }
  if (textOf(operator, source) === '/') {
    return 'fraction';
  }
  const kinds = [kindOf(left, source, names), kindOf(right, source, names)];
  if (kinds.includes('fraction')) {
    return 'fraction';
  }
  // A date moved by a duration stays a date; the difference of two dates is a duration.
  const dates = kinds.filter((kind) => kind === 'date' || kind === 'date-time');
  return dates.length === 1 && kinds.includes('duration') ? (dates[0] ?? 'other') : 'other';
};

const kindOfPath = (node: FeelNode, source: string, names: ExpressionNames): Kind => {
  const path = pathOf(node, source);
  const found = path === null ? null : follow(names, path);
  const isDate =
    found?.kind === 'known' &&
    found.schemas.some(({ format }) => format === 'date' || format === 'date-time');
  return isDate ? 'text-date' : 'other';
};
