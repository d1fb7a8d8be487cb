/**
 * Why an expression gave no value.
 *
 * - `LANGUAGE_UNKNOWN`: its `@lang` is not known here.
 * - `EXPRESSION_REFUSED`: it does not parse, or could run for too long. A checked definition holds none.
 * - `EXPRESSION_FAILED`: evaluating it failed.
 * - `EXPRESSION_RESULT`: what it yielded is not JSON (an infinite number, a range) or too large.
 */
export type ExpressionErrorCode =
  | 'LANGUAGE_UNKNOWN'
  | 'EXPRESSION_REFUSED'
  | 'EXPRESSION_FAILED'
  | 'EXPRESSION_RESULT';

/**
 * An expression that gave no value. It tells the code and the expression's own text, and keeps no cause: an
 * interpreter's message can quote the data it stumbled over.
 */
export class ExpressionError extends Error {
  readonly code: ExpressionErrorCode;
  readonly expression: string;

  constructor(code: ExpressionErrorCode, expression: string, rule?: string) {
    const shown = expression.length > 200 ? `${expression.slice(0, 200)}…` : expression;
    super(`${code}${rule === undefined ? '' : ` (${rule})`}: ${shown}`);
    this.name = 'ExpressionError';
    this.code = code;
    this.expression = expression;
  }
}
