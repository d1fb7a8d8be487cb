import { pointerStep } from '../kernel/canonical-json.ts';
import { type Expression, isExpression } from '../kernel/expression.ts';

/** The expressions in a value, an action or a list, each with its pointer. */
export const valueExpressions = (
  value: unknown,
  pointer: string,
): { expression: Expression; pointer: string }[] => {
  if (isExpression(value)) {
    return [{ expression: value, pointer }];
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => valueExpressions(item, pointer + pointerStep(key)))
    : [];
};
