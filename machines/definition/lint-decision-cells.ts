import { cellExpression, parseCell, questionMarks } from '../kernel/decision-cell.ts';
import { childrenOf, type FeelNode } from '../kernel/expression/feel-tree.ts';
import type { Column } from './decision-column.ts';
import { checkExpression } from './expression-check.ts';
import type { ExpressionNames } from './expression-names.ts';
import { type Finding, failing } from './finding.ts';

/** A cell is a test that FEEL can read, of names that are there. `item` among the names is the input's value. */
export const cellFindings = (text: string | null, names: ExpressionNames, pointer: string): Finding[] => {
  const cell = parseCell(text);
  if (cell === 'any') {
    return [];
  }
  if (cell === undefined || text === null) {
    const message = 'This cell is no test that FEEL can read.';
    const fix = 'Write values ("a", "b"), a comparison (> 5), a range ([1..5)), not(…), or - for any.';
    return [failing(pointer, 'DECISION_CELL_INVALID', message, fix)];
  }
  if (cell.tests.flatMap(questionMarks).some(insideFilter)) {
    const message = 'Inside brackets "?" would be the item of the list.';
    return [failing(pointer, 'DECISION_CELL_INVALID', message, 'Make the list an input of its own.')];
  }
  if (cell.tests.some(comparesWithTruth)) {
    const message = 'This would compare the input with "true" or "false".';
    const fix = 'Write "?" for the input, or make the condition an input of its own.';
    return [failing(pointer, 'DECISION_CELL_TRUTH', message, fix)];
  }
  const expression = cellExpression(text);
  return expression === undefined
    ? []
    : checkExpression(expression, names, { use: 'guard' }).map(({ code, message, fix }) =>
        failing(pointer, `EXPRESSION_${code}`, message.replaceAll('"item', '"?'), fix),
      );
};

const comparesWithTruth = (test: FeelNode): boolean =>
  questionMarks(test).length === 0 &&
  childrenOf(test).some(({ name }) => ['Conjunction', 'Disjunction', 'Comparison'].includes(name));

const insideFilter = (node: FeelNode): boolean => {
  for (let at = node.parent; at !== null; at = at.parent) {
    if (at.name === 'FilterExpression') {
      return true;
    }
  }
  return false;
};

/** A value that the input never has, often a mistake of spelling. */
export const neverFindings = (column: Column | undefined, rule: number, pointer: string): Finding[] =>
  column?.declared && column.passing[rule]?.size === 0
    ? [
        failing(
          pointer,
          'DECISION_CELL_NEVER',
          'No value that this input may have passes the test.',
          'Compare with the values and the type that its schema declares.',
        ),
      ]
    : [];
