import { pointerStep } from '../kernel/canonical-json.ts';
import { isExpression } from '../kernel/expression.ts';
import type { EventSeen, PlacedAction } from './action-places.ts';
import { personalCarried } from './expression-check.ts';
import { type ExpressionNames, follow } from './expression-names.ts';
import { type Finding, failing } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { valueExpressions } from './value-expressions.ts';

/**
 * Assignments go to data that the schema knows. A personal value is only ever a reference: it may be carried, whole,
 * to where the schema expects one, and nothing else may be put there.
 */
export const carriedFindings = (
  { actions }: LintContext,
  namesFor: (sees: EventSeen) => ExpressionNames,
): Finding[] =>
  actions.flatMap(({ action, pointer, sees }: PlacedAction) => {
    const names = namesFor(sees);
    if (action.type === 'assign') {
      return Object.entries(action.set).flatMap(([path, value]) =>
        assignedFindings(value, ['data', ...path.split('.')], `${pointer}/set${pointerStep(path)}`, names),
      );
    }
    // What these make is kept or compared in the clear.
    return action.type === 'ledger' || action.type === 'waive'
      ? valueExpressions(action, pointer)
          .filter(({ expression }) => personalCarried(expression, names).length > 0)
          .map(({ pointer: at }) => leak(at))
      : [];
  });

/** A value goes where the schema knows a place for it, personal ones only whole to personal places. */
export const assignedFindings = (
  value: unknown,
  path: string[],
  pointer: string,
  names: ExpressionNames,
): Finding[] => {
  const found = follow(names, path);
  const shown = path.slice(1).join('.');
  if (found.kind === 'missing') {
    const message = `The case's data has nothing called "${shown}".`;
    return [failing(pointer, 'ASSIGN_UNKNOWN', message, 'Declare it under "data" first.')];
  }
  if (isExpression(value)) {
    const carries = personalCarried(value, names).length > 0;
    if (found.kind !== 'personal') {
      return carries ? [leak(pointer)] : [];
    }
    return carries ? [] : [notCarried(pointer, shown)];
  }
  if (found.kind === 'personal') {
    return value === null ? [] : [notCarried(pointer, shown)];
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, item]) =>
        assignedFindings(item, [...path, key], pointer + pointerStep(key), names),
      )
    : [];
};

const notCarried = (pointer: string, shown: string): Finding =>
  failing(
    pointer,
    'ASSIGN_PERSONAL',
    `"${shown}" is personal: the machine never makes such a value.`,
    'Carry it whole from a field that is personal too, or set null.',
  );

const leak = (pointer: string): Finding =>
  failing(
    pointer,
    'PERSONAL_CARRIED_OUT',
    'A personal value would be carried to where nothing marks it as personal.',
    'Mark the field with "x-personal", or leave the value out.',
  );
