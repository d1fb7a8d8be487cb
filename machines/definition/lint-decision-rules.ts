import type { DecisionDefinition } from '../kernel/definition.ts';
import type { Column } from './decision-column.ts';
import { type Finding, failing, warning } from './finding.ts';
import type { Scalar } from './literal-cell.ts';

/** Combinations of values that a table is tried with at most. */
const combinationsMax = 2_000;

/**
 * How the rules of a table stand to one another, as far as literals tell: rules that both apply where one may, rules
 * that an earlier one always forestalls, values that no rule takes.
 *
 * @param columns one for each input; undefined where nothing can be told
 */
export const ruleFindings = (
  table: DecisionDefinition,
  columns: (Column | undefined)[],
  pointer: string,
): Finding[] => [
  ...table.rules.flatMap((_, later) => pairFindings(table, columns, later, `${pointer}/rules/${later}`)),
  ...gapFindings(table, columns, pointer),
];

const pairFindings = (
  table: DecisionDefinition,
  columns: (Column | undefined)[],
  later: number,
  pointer: string,
): Finding[] => {
  const earlier = table.rules.slice(0, later);
  if (table.hitPolicy === 'U') {
    const other = earlier.findIndex((_, index) =>
      columns.every((column, at) => meet(table, column, at, index, later)),
    );
    const certain = columns.every((column) => column?.declared);
    const message = `Rules ${other + 1} and ${later + 1} both apply to some values, and only one may.`;
    const fix = 'Narrow one of them, or let the first that applies decide ("F").';
    return other < 0 ? [] : [(certain ? failing : warning)(pointer, 'DECISION_OVERLAP', message, fix)];
  }
  if (table.hitPolicy === 'F') {
    const other = earlier.findIndex((_, index) =>
      columns.every((column, at) => covers(table, column, at, index, later)),
    );
    const message = `Rule ${other + 1} always applies before rule ${later + 1} can.`;
    return other < 0
      ? []
      : [failing(pointer, 'DECISION_RULE_UNREACHABLE', message, 'Move it up, or remove it.')];
  }
  return [];
};

const cellsOf = ({ rules }: DecisionDefinition, at: number, one: number, other: number) =>
  [rules[one]?.when[at] ?? '-', rules[other]?.when[at] ?? '-'] as const;

/** Whether some value of the input surely passes both rules' cells. */
const meet = (
  table: DecisionDefinition,
  column: Column | undefined,
  at: number,
  one: number,
  other: number,
) => {
  const [left, right] = cellsOf(table, at, one, other);
  if (left === right || left === '-' || right === '-') {
    return true;
  }
  const [passing, others] = [column?.passing[one], column?.passing[other]];
  return passing !== undefined && others !== undefined && [...passing].some((point) => others.has(point));
};

/** Whether every value that passes the later rule's cell surely passes the earlier one's. */
const covers = (
  table: DecisionDefinition,
  column: Column | undefined,
  at: number,
  one: number,
  later: number,
) => {
  const [left, right] = cellsOf(table, at, one, later);
  if (left === right || left === '-') {
    return true;
  }
  const [passing, others] = [column?.passing[one], column?.passing[later]];
  return passing !== undefined && others !== undefined && [...others].every((point) => passing.has(point));
};

/** Values that no rule takes. What is missing (`null`) is not counted: only a rule with `-` or `null` takes it. */
const gapFindings = (
  table: DecisionDefinition,
  columns: (Column | undefined)[],
  pointer: string,
): Finding[] => {
  const { rules, hitPolicy } = table;
  const known = columns.filter((column) => column?.declared && !column.passing.includes(undefined));
  if (table.default !== undefined || hitPolicy === 'C' || known.length < columns.length) {
    return [];
  }
  const told = known.filter((column) => column !== undefined);
  const points = told.map((column) => column.points.filter((point) => point !== null));
  if (points.reduce((product, { length }) => product * length, 1) > combinationsMax) {
    return [];
  }
  const missed = combinations(points).find(
    (values) =>
      !rules.some((_, rule) => told.every(({ passing }, at) => passing[rule]?.has(values[at] ?? null))),
  );
  if (missed === undefined) {
    return [];
  }
  const message = `No rule takes ${missed.map((value) => JSON.stringify(value)).join(', ')}: the result would be null.`;
  return [warning(`${pointer}/rules`, 'DECISION_GAP', message, 'Add a rule for it, or a "default".')];
};

const combinations = (points: Scalar[][]): Scalar[][] =>
  points.reduce<Scalar[][]>(
    (found, values) => found.flatMap((one) => values.map((value) => [...one, value])),
    [[]],
  );
