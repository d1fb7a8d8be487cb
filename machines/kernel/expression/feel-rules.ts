import { checkCall } from './feel-call-rules.ts';
import { feelFunctions } from './feel-functions.ts';
import type { ExpressionProblem, Report } from './feel-problem.ts';
import { checkComparison, checkContext, checkLoneTest, checkTest, checkZone } from './feel-trap-rules.ts';
import {
  childrenOf,
  descendants,
  expressionCharsMax,
  type FeelNode,
  nameOf,
  parseFeel,
  textOf,
} from './feel-tree.ts';
import { scopeVariables } from './language.ts';

/** Names that no loop variable may take: they would hide what the case provides, or mean two things. */
const reservedNames: ReadonlySet<string> = new Set([...scopeVariables, ...feelFunctions, 'item', 'partial']);

/**
 * The rules that every expression keeps wherever it runs, so that it parses to what it seems to say and its work is
 * bounded by the size of the data it reads: at most one loop, over a list of the data, never over a range.
 *
 * The compiler of a definition reports all of them; the evaluator refuses an expression that breaks one.
 */
export const feelProblems = (source: string): ExpressionProblem[] => inspectFeel(source).problems;

/** What {@link feelProblems} tells, and the tree, when there is one, so that nobody parses twice. */
export const inspectFeel = (source: string): { problems: ExpressionProblem[]; top: FeelNode | null } => {
  if (source.length > expressionCharsMax) {
    return refused({
      code: 'TOO_LONG',
      message: `The expression has ${source.length} characters; ${expressionCharsMax} is the most.`,
      fix: 'Split it: assign parts to data first, or use a decision table.',
      at: { from: expressionCharsMax, to: source.length },
    });
  }
  const top = parseFeel(source);
  const error = descendants(top).find((node) => node.type.isError);
  if (error !== undefined || childrenOf(top).length === 0) {
    const at = { from: error?.from ?? 0, to: error?.to ?? source.length };
    const where = source.slice(at.from).trim() === '' ? 'at its end' : `at character ${at.from + 1}`;
    return refused({
      code: 'SYNTAX',
      message: `The expression is not FEEL: it cannot be read ${where}.`,
      fix: 'Correct it there; texts stand in double quotes, `=` compares.',
      at,
    });
  }
  const problems: ExpressionProblem[] = [];
  const report: Report = (node, code, message, fix) => {
    problems.push({ code, message, fix, at: { from: node.from, to: node.to } });
  };
  visit(top, source, false, report);
  const loops = descendants(top).filter((node) => node.name === 'ForExpression');
  if (loops[1] !== undefined) {
    report(loops[1], 'LOOP_NESTED', 'An expression may hold one `for`.', 'Assign the first list to data.');
  }
  return { problems: problems.sort((a, b) => a.at.from - b.at.from), top };
};

const refused = (problem: ExpressionProblem) => ({ problems: [problem], top: null });

const visit = (node: FeelNode, source: string, inLoop: boolean, report: Report): void => {
  const children = childrenOf(node);
  switch (node.name) {
    case 'FunctionDefinition':
      report(node, 'FUNCTION_DEFINED', 'An expression may not define functions.', 'Write the rule out.');
      return;
    case 'FunctionInvocation':
      checkCall(children, source, report);
      break;
    case 'PositiveUnaryTest':
      checkTest(node, children, source, report);
      break;
    case 'DateTimeLiteral':
      checkZone(node, source, report);
      break;
    case 'Context':
      checkContext(children, source, report);
      break;
    case 'Comparison':
      checkComparison(node, children, source, report);
      break;
    case 'SimplePositiveUnaryTest':
      checkLoneTest(node, children, report);
      break;
    case 'VariableName':
      if (nameOf(node, source) === 'partial') {
        report(node, 'NAME_RESERVED', '`partial` can grow without bound.', 'Use `sum`, `count` or `max`.');
      }
      return;
    case 'ForExpression':
    case 'QuantifiedExpression':
      visitLoop(node, children, source, inLoop, report);
      return;
    case 'FilterExpression':
      visitFilter(node, children, source, inLoop, report);
      return;
  }
  for (const child of children) {
    visit(child, source, inLoop, report);
  }
};

const visitLoop = (
  node: FeelNode,
  children: FeelNode[],
  source: string,
  inLoop: boolean,
  report: Report,
): void => {
  const domains = children.filter((child) => child.name === 'InExpressions').flatMap(childrenOf);
  const loops = domains.filter((child) => child.name === 'InExpression');
  if (inLoop || loops.length > 1) {
    report(
      node,
      'LOOP_NESTED',
      'A loop inside a loop takes too long on long lists.',
      'Loop once, over one list.',
    );
  }
  for (const loop of loops) {
    const [variable, , domain] = childrenOf(loop);
    if (variable !== undefined && reservedNames.has(nameOf(variable, source))) {
      const name = nameOf(variable, source);
      report(
        variable,
        'NAME_RESERVED',
        `A loop variable may not be called "${name}".`,
        'Choose another name.',
      );
    }
    if (domain !== undefined) {
      const range = descendants(domain).find(({ name }) => ['Interval', '..', 'CompareOp'].includes(name));
      if (range !== undefined && !insideFilter(range, domain)) {
        report(
          domain,
          'LOOP_RANGE',
          'A loop may not run over a range.',
          'Loop over a list of the case’s data.',
        );
      }
      visit(domain, source, inLoop, report);
    }
  }
  for (const child of children) {
    if (child.name !== 'InExpressions') {
      visit(child, source, true, report);
    }
  }
};

/** Whether a node stands in a filter's brackets, where a range only tests: `for x in data.lines[amount in [1..9]]`. */
const insideFilter = (node: FeelNode, limit: FeelNode): boolean => {
  for (let at = node; at.from >= limit.from && at.to <= limit.to; ) {
    const parent = at.parent;
    if (parent === null) {
      return false;
    }
    if (parent.name === 'FilterExpression' && childrenOf(parent)[0]?.to !== at.to) {
      return true;
    }
    at = parent;
  }
  return false;
};

const visitFilter = (
  node: FeelNode,
  children: FeelNode[],
  source: string,
  inLoop: boolean,
  report: Report,
): void => {
  const [target, , predicate] = children;
  if (target !== undefined) {
    visit(target, source, inLoop, report);
  }
  if (predicate === undefined) {
    return;
  }
  if (predicate.name === 'StringLiteral') {
    report(
      node,
      'FILTER_TEXT',
      'Brackets select from a list; they do not name a field.',
      'Name it after a dot.',
    );
  }
  const isIndex = /^-?\s*\d+$/.test(textOf(predicate, source));
  if (inLoop && !isIndex) {
    report(
      node,
      'LOOP_NESTED',
      'A filter inside a loop takes too long on long lists.',
      'Filter first, then loop.',
    );
  }
  visit(predicate, source, true, report);
};
