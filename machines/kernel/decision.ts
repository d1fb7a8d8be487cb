import { cellExpression } from './decision-cell.ts';
import type { DecisionDefinition, Value } from './definition.ts';
import { type ExpressionLanguages, type ExpressionScope, type Prepared, prepare } from './expression.ts';
import type { Json } from './json.ts';
import { type JsonSchema, validate } from './json-schema.ts';
import { sameJson } from './json-schema-value.ts';
import { KernelError } from './kernel-error.ts';
import { computeValue } from './value.ts';

/**
 * What a decision table said, as it stands in the case's data: the result, and the rules that made it, numbered from 1
 * as they are written. Both lie side by side in the data, so the entry that shows the one as changed shows the other,
 * and a guard reads the result from where a person reads it. A result that nothing but a replay could explain would
 * leave the auditor with the whole table; a field of its own in the entry would change what is hashed.
 */
export interface Decided {
  result: Json;
  /** Empty where the default, or nothing, applied. */
  rules: number[];
}

/** A decision table made ready: every cell parsed. */
export interface CompiledDecision {
  /** @throws KernelError `DECISION_NOT_UNIQUE`, `DECISION_OUTPUT`; ExpressionError */
  decide(scope: ExpressionScope): Decided;
}

export interface CompiledDecisions {
  [name: string]: CompiledDecision;
}

/**
 * Parses all tables of a definition. A table reads the case, never the event: it decides the same wherever the machine
 * asks it.
 *
 * @throws ExpressionError for what lint would have refused
 */
export const compileDecisions = (
  decisions: { [name: string]: DecisionDefinition },
  root: JsonSchema,
  languages: ExpressionLanguages,
): CompiledDecisions =>
  Object.fromEntries(
    Object.entries(decisions).map(([name, table]) => [name, compileDecision(name, table, root, languages)]),
  );

const compileDecision = (
  name: string,
  table: DecisionDefinition,
  root: JsonSchema,
  languages: ExpressionLanguages,
): CompiledDecision => {
  const inputs = table.inputs.map(({ expression }) => prepare(expression, languages));
  const rules = table.rules.map(({ when }) =>
    when.map((text): Prepared | undefined => {
      const cell = cellExpression(text);
      return cell && prepare(cell, languages);
    }),
  );
  const hits = (scope: ExpressionScope): number[] => {
    const values = inputs.map((input) => input.raw(scope));
    const found: number[] = [];
    for (const [index, cells] of rules.entries()) {
      if (cells.every((cell, place) => cell?.holds({ ...scope, item: values[place] ?? null }) ?? true)) {
        found.push(index);
        if (table.hitPolicy === 'F') {
          break;
        }
      }
    }
    return found;
  };
  const outputsOf = (given: Value[], scope: ExpressionScope): Json[] =>
    table.outputs.map(({ name: output, schema }, place) => {
      const value = computeValue(given[place] ?? null, scope, languages);
      if (validate(schema, value, root, { personal: 'sealed' }).length > 0) {
        throw new KernelError('DECISION_OUTPUT', `The table "${name}" made a "${output}" that is none.`);
      }
      return value;
    });
  return {
    decide: (given) => {
      const scope = { ...given, event: null };
      const made = hits(scope).map((index) => ({
        rule: index + 1,
        outputs: outputsOf(table.rules[index]?.gives ?? [], scope),
      }));
      const [first, second] = made;
      if (table.hitPolicy === 'U' && first && second) {
        throw new KernelError(
          'DECISION_NOT_UNIQUE',
          `The rules ${first.rule} and ${second.rule} of the table "${name}" both apply, and only one may.`,
        );
      }
      if (first === undefined) {
        const otherwise = table.default && shaped(table, outputsOf(table.default, scope));
        const none =
          table.hitPolicy === 'C' ? (otherwise === undefined ? [] : [otherwise]) : (otherwise ?? null);
        return { result: none, rules: [] };
      }
      if (table.hitPolicy === 'C') {
        return {
          result: made.map(({ outputs }) => shaped(table, outputs)),
          rules: made.map(({ rule }) => rule),
        };
      }
      const chosen =
        table.hitPolicy === 'P'
          ? made.reduce((best, next) => (ranksAbove(table, next.outputs, best.outputs) ? next : best))
          : first;
      return { result: shaped(table, chosen.outputs), rules: [chosen.rule] };
    },
  };
};

/** The outputs of a rule as the result: one stands for itself, several are an object by their names. */
export const shaped = ({ outputs }: DecisionDefinition, given: Json[]): Json =>
  outputs.length === 1
    ? (given[0] ?? null)
    : Object.fromEntries(outputs.map(({ name }, place) => [name, given[place] ?? null]));

/** Compares by the order of values of the first output, then the next; equal ones leave the earlier rule in place. */
const ranksAbove = (table: DecisionDefinition, left: Json[], right: Json[]): boolean => {
  for (const [place, { priority }] of table.outputs.entries()) {
    const ranks = [left, right].map((outputs) => rankOf(priority, outputs[place] ?? null));
    const [ours = 0, theirs = 0] = ranks;
    if (ours !== theirs) {
      return ours < theirs;
    }
  }
  return false;
};

// A value that is not in the order comes after those that are.
const rankOf = (priority: Json[] | undefined, value: Json): number => {
  const rank = (priority ?? []).findIndex((one) => sameJson(one, value, 0));
  return rank < 0 ? Number.MAX_SAFE_INTEGER : rank;
};
