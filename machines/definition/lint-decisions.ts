import { pointerStep } from '../kernel/canonical-json.ts';
import type { DecisionDefinition, Value } from '../kernel/definition.ts';
import { inspectFeel } from '../kernel/expression/feel-rules.ts';
import { childrenOf } from '../kernel/expression/feel-tree.ts';
import { type Expression, isExpression } from '../kernel/expression.ts';
import { type JsonSchema, validate } from '../kernel/json-schema.ts';
import { sameJson } from '../kernel/json-schema-value.ts';
import { declaredField, readColumn } from './decision-column.ts';
import { checkExpression, personalCarried } from './expression-check.ts';
import { type ExpressionNames, follow } from './expression-names.ts';
import { pathOf } from './expression-paths.ts';
import { type Finding, failing } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { schemaRoot } from './lint-data.ts';
import { cellFindings, neverFindings } from './lint-decision-cells.ts';
import { ruleFindings } from './lint-decision-rules.ts';
import { shapeFindings } from './lint-decision-shape.ts';
import { expressionNamesAt } from './lint-expressions.ts';
import { valueExpressions } from './value-expressions.ts';

/** Cells of all tables of a definition together. */
export const decisionCellsMax = 2_000;

/** Tables are whole, every cell is a test of what its input can be, and the rules of a table go together. */
export const decisionFindings = (context: LintContext): Finding[] => {
  const tables = Object.entries(context.document.decisions ?? {});
  const cells = tables.reduce((sum, [, { inputs, rules }]) => sum + inputs.length * rules.length, 0);
  if (cells > decisionCellsMax) {
    const message = `The decision tables have ${cells} cells; ${decisionCellsMax} is the most.`;
    return [failing('/decisions', 'DECISIONS_TOO_LARGE', message, 'Move a table behind a service.')];
  }
  const root = schemaRoot(context.document);
  const { event: _, ...variables } = expressionNamesAt(context)('any').variables;
  return tables.flatMap(([name, table]) =>
    tableFindings(table as DecisionDefinition, { variables, root }, `/decisions${pointerStep(name)}`),
  );
};

const tableFindings = (table: DecisionDefinition, names: ExpressionNames, pointer: string): Finding[] => {
  const shape = shapeFindings(table, names.root, pointer);
  const paths = table.inputs.map(({ expression }) => plainPath(expression));
  const columns = paths.map((path, at) => {
    const cells = table.rules.map(({ when }) => when[at] ?? null);
    // Two columns of one field depend on each other, so of neither is told more than it says itself.
    const isAlone = paths.filter((other) => other?.join('.') === path?.join('.')).length === 1;
    const field = path && isAlone ? declaredField(path, names) : undefined;
    return { item: itemSchema(path, names), column: readColumn(cells, field) };
  });
  const values: [Value[], string][] = [
    ...table.rules.map(({ gives }, at): [Value[], string] => [gives, `${pointer}/rules/${at}/gives`]),
    ...(table.default === undefined ? [] : [[table.default, `${pointer}/default`] as [Value[], string]]),
  ];
  const findings = [
    ...shape,
    ...table.inputs.flatMap(({ expression }, at) =>
      shownFindings(expression, names, `${pointer}/inputs/${at}/expression`),
    ),
    ...table.rules.flatMap(({ when }, rule) =>
      when.flatMap((text, at) => {
        const place = `${pointer}/rules/${rule}/when/${at}`;
        const { item = {}, column } = columns[at] ?? {};
        const cell = cellFindings(text, { ...names, variables: { ...names.variables, item } }, place);
        return cell.length > 0 ? cell : neverFindings(column, rule, place);
      }),
    ),
    ...values.flatMap(([given, at]) => outputFindings(table, given, names, at)),
  ];
  return findings.some(({ severity }) => severity === 'error')
    ? findings
    : [
        ...findings,
        ...ruleFindings(
          table,
          columns.map(({ column }) => column),
          pointer,
        ),
      ];
};

/** The path that an input is, where it computes nothing. */
const plainPath = (expression: Expression): string[] | undefined => {
  const source = expression['@expr'];
  const { top } = inspectFeel(source);
  const [node] = top === null ? [] : childrenOf(top);
  const isPath = node?.name === 'PathExpression' || node?.name === 'VariableName';
  return (isPath ? pathOf(node, source) : null) ?? undefined;
};

const itemSchema = (path: string[] | undefined, names: ExpressionNames): JsonSchema => {
  const found = path && follow(names, path);
  return found?.kind === 'known' ? { anyOf: found.schemas } : { type: 'object', additionalProperties: true };
};

/** Whatever a table reads decides in the open, so nothing personal goes in or out. */
const shownFindings = (expression: Expression, names: ExpressionNames, pointer: string): Finding[] => [
  ...checkExpression(expression, names).map(({ code, message, fix }) =>
    failing(
      pointer,
      `EXPRESSION_${code}`,
      message,
      code === 'NAME_UNKNOWN' ? `${fix} Assign what the event brings to data first.` : fix,
    ),
  ),
  ...personalCarried(expression, names).map((path) =>
    failing(
      pointer,
      'EXPRESSION_PERSONAL_FIELD',
      `"${path}" is personal: a table sees only a reference to it.`,
      'Name a derived fact that answers the question, and read it as `facts.…`.',
    ),
  ),
];

const outputFindings = (
  { outputs, hitPolicy }: DecisionDefinition,
  given: Value[],
  names: ExpressionNames,
  pointer: string,
): Finding[] =>
  given.flatMap((value, at) => {
    const output = outputs[at];
    const place = `${pointer}/${at}`;
    const expressions = valueExpressions(value, place);
    if (output === undefined || expressions.length > 0) {
      const computed = expressions.flatMap((one) => shownFindings(one.expression, names, one.pointer));
      return output?.priority !== undefined && hitPolicy === 'P' && isExpression(value)
        ? [...computed, unranked(place, output.name)]
        : computed;
    }
    const problems = validate(output.schema as JsonSchema, value, names.root, { personal: 'sealed' });
    const ranked =
      hitPolicy !== 'P' ||
      output.priority === undefined ||
      output.priority.some((one) => sameJson(one, value, 0));
    return [
      ...problems.map(({ pointer: below, message }) =>
        failing(
          place + below,
          'DECISION_OUTPUT_INVALID',
          `It ${message}.`,
          `Give what "${output.name}" declares.`,
        ),
      ),
      ...(ranked ? [] : [unranked(place, output.name)]),
    ];
  });

const unranked = (pointer: string, name: string): Finding =>
  failing(
    pointer,
    'DECISION_OUTPUT_UNRANKED',
    `This is none of the values that "${name}" puts in order.`,
    'Write one of its "priority", or add it there.',
  );
