import { evaluate } from 'feelin';
import { feelFunctions, patternParameters } from './feel-functions.ts';
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
import { compilePattern } from './pattern.ts';

/** Why an expression is refused: for the designer, with what to write instead. `at` are offsets into its text. */
export interface ExpressionProblem {
  code: string;
  message: string;
  fix: string;
  at: { from: number; to: number };
}

type Report = (node: FeelNode, code: string, message: string, fix: string) => void;

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

const checkCall = (children: FeelNode[], source: string, report: Report): void => {
  const [target] = children;
  if (target === undefined) {
    return;
  }
  const name = nameOf(target, source);
  if (target.name !== 'VariableName' || !feelFunctions.has(name)) {
    report(
      target,
      'FUNCTION_UNKNOWN',
      `"${name}" is not a function that expressions may call.`,
      'Use a FEEL function such as `count`, `contains`, `list contains`; to read a field, name it.',
    );
    return;
  }
  const parameter = patternParameters[name];
  if (parameter === undefined) {
    return;
  }
  const parameters = children.flatMap(childrenOf).filter(({ name: kind }) => kind !== '(' && kind !== ')');
  const positional = children.some(({ name: kind }) => kind === 'PositionalParameters');
  const given = (position: { index: number; name: string }): FeelNode | undefined => {
    const listed = children.filter(({ name: kind }) => kind.endsWith('Parameters')).flatMap(childrenOf);
    if (positional) {
      return listed[position.index];
    }
    const found = listed.find((one) => {
      const [label] = childrenOf(one);
      return label !== undefined && nameOf(label, source) === position.name;
    });
    return found === undefined ? undefined : childrenOf(found)[1];
  };
  const pattern = given(parameter);
  const flags = given({ index: name === 'replace' ? 3 : 2, name: 'flags' });
  if (pattern === undefined || parameters.length === 0) {
    return;
  }
  const reason = patternRefusal(pattern, flags, source);
  if (reason !== null) {
    report(
      pattern,
      'PATTERN_UNSAFE',
      `The pattern is refused: ${reason}.`,
      'Write a plain pattern in double quotes; or use `contains`, `starts with`, `ends with`.',
    );
  }
};

const patternRefusal = (pattern: FeelNode, flags: FeelNode | undefined, source: string): string | null => {
  if (pattern.name !== 'StringLiteral' || (flags !== undefined && flags.name !== 'StringLiteral')) {
    return 'it is not written out as text, so nobody can check it';
  }
  try {
    compilePattern(literalText(pattern, source), flags === undefined ? '' : literalText(flags, source));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
};

const literalText = (node: FeelNode, source: string): string => String(evaluate(textOf(node, source)).value);

/** `t in ["a"] and x > 1` reads as `t in (["a"] and x > 1)`, which is `null` without a word. */
const checkTest = (node: FeelNode, children: FeelNode[], source: string, report: Report): void => {
  const [inner] = children;
  if (inner !== undefined && ['Conjunction', 'Disjunction', 'Comparison'].includes(inner.name)) {
    const [list] = childrenOf(inner);
    const shown = list === undefined ? '…' : textOf(list, source);
    report(
      node,
      'IN_PRECEDENCE',
      'What follows `in` swallows the rest of the expression, so the test is never true.',
      `Put the test in parentheses: \`(… in ${shown}) and …\`.`,
    );
  }
};

const checkZone = (node: FeelNode, source: string, report: Report): void => {
  if (/@[A-Za-z]/.test(textOf(node, source))) {
    report(
      node,
      'ZONE_NAMED',
      'A time zone’s name means what the machine’s zone data says, and that changes.',
      'Write an offset, as in "2026-01-31T09:00:00+08:00".',
    );
  }
};

/** Entries that build on entries could double a list at each step. */
const checkContext = (children: FeelNode[], source: string, report: Report): void => {
  const keys = new Set<string>();
  for (const entry of children.filter(({ name }) => name === 'ContextEntry')) {
    const [key, value] = childrenOf(entry);
    if (key === undefined || value === undefined) {
      continue;
    }
    const name = nameOf(key, source).replace(/^"(.*)"$/, '$1');
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name === '__proto__') {
      report(key, 'KEY_NAME', `"${name}" cannot be a key.`, 'Use letters, digits and "_".');
    }
    const reads = descendants(value).find(
      (one) => one.name === 'VariableName' && keys.has(nameOf(one, source)),
    );
    if (reads !== undefined) {
      report(
        reads,
        'KEY_READ',
        `The entry "${name}" reads an entry beside it.`,
        'Write that value out again.',
      );
    }
    keys.add(name);
  }
};
