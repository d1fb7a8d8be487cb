import type { Report } from './feel-problem.ts';
import { childrenOf, descendants, type FeelNode, nameOf, textOf } from './feel-tree.ts';

/** `t in ["a"] and x > 1` reads as `t in (["a"] and x > 1)`, which is `null` without a word. */
export const checkTest = (node: FeelNode, children: FeelNode[], source: string, report: Report): void => {
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

/** `1 < x < 5` compares a boolean with 5, `a == 1` compares `a` with the test `= 1`: both are `null`. */
export const checkComparison = (
  node: FeelNode,
  children: FeelNode[],
  source: string,
  report: Report,
): void => {
  const [left, operator, right] = children;
  if (operator?.name !== 'CompareOp') {
    return;
  }
  if (right?.name === 'SimplePositiveUnaryTest') {
    const shown = source.slice(operator.from, right.from + 1).replace(/\s/g, '');
    report(right, 'COMPARE_WITH_TEST', `FEEL does not compare with "${shown}".`, 'Write `=`, `!=`, or `in`.');
  }
  if (left?.name === 'Comparison') {
    report(
      node,
      'COMPARE_CHAIN',
      'Comparisons do not chain.',
      'Write `x between 1 and 5`, or join two with `and`.',
    );
  }
};

/** `> 5` means something after `in` and in a filter; elsewhere it is a range that nothing equals. */
export const checkLoneTest = (node: FeelNode, children: FeelNode[], report: Report): void => {
  const isTest = children[0]?.name === 'CompareOp';
  const parent = node.parent?.name ?? '';
  if (isTest && !['PositiveUnaryTest', 'FilterExpression', 'Comparison'].includes(parent)) {
    report(node, 'TEST_ALONE', 'This test has nothing to test.', 'Name what is compared before it.');
  }
};

/** A zone's name is looked up in the machine's own tables. */
export const checkZone = (node: FeelNode, source: string, report: Report): void => {
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
export const checkContext = (children: FeelNode[], source: string, report: Report): void => {
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
