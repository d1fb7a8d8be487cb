import { isPlainObject } from './canonical-json.ts';
import { ExpressionError } from './expression/error.ts';
import { feel } from './expression/feel.ts';
import type {
  ExpressionLanguage,
  ExpressionLanguages,
  ExpressionScope,
  RawResult,
} from './expression/language.ts';
import { plainJson } from './expression/plain-json.ts';
import type { Json } from './json.ts';

export { ExpressionError, type ExpressionLanguage, type ExpressionLanguages, type ExpressionScope };

/** A guard or a value in a definition, as XState's JSON machines spell it. `@lang` is `feel` in real definitions. */
export interface Expression {
  '@expr': string;
  '@lang': string;
}

/** What an expression yielded, with the codes of what it stumbled over (a missing variable, a wrong type). */
export interface Examined {
  value: Json;
  warnings: string[];
}

/** The languages of a released definition. Tests may pass others; nothing is registered globally. */
export const feelOnly: ExpressionLanguages = { feel };

/** Whether a value in a definition is an expression rather than plain data. */
export const isExpression = (value: unknown): value is Expression =>
  isPlainObject(value) &&
  Object.keys(value).length === 2 &&
  typeof value['@expr'] === 'string' &&
  typeof value['@lang'] === 'string';

/**
 * Evaluates an expression to plain JSON: dates and durations as ISO 8601 text, nothing as `null`.
 *
 * Parsing takes about a hundred times as long as evaluating, so what is compiled is kept, by its text.
 *
 * @throws `ExpressionError`, whose message never holds a value of the case
 */
export const evaluate = (
  expression: Expression,
  scope: ExpressionScope,
  languages: ExpressionLanguages = feelOnly,
): Json => plainJson(run(expression, scope, languages).value, expression['@expr']);

/**
 * Whether a guard holds. Only `true` holds: FEEL is three-valued, and `null > 3` is `null`.
 *
 * @throws `ExpressionError`
 */
export const holds = (
  expression: Expression,
  scope: ExpressionScope,
  languages: ExpressionLanguages = feelOnly,
): boolean => run(expression, scope, languages).value === true;

/**
 * Evaluates and also tells what went wrong on the way, for the simulator and for scenarios: in a running case a
 * missing variable is `null`, at the drawing board it is a mistake.
 *
 * @throws `ExpressionError`
 */
export const examine = (
  expression: Expression,
  scope: ExpressionScope,
  languages: ExpressionLanguages = feelOnly,
): Examined => {
  const { value, warnings } = run(expression, scope, languages);
  return { value: plainJson(value, expression['@expr']), warnings };
};

/** An expression that has been parsed already. Both throw `ExpressionError`. */
export interface Prepared {
  /** The language's own value: a date stays one, to be compared with dates. */
  raw(scope: ExpressionScope): unknown;
  /** Only `true` holds. */
  holds(scope: ExpressionScope): boolean;
}

/**
 * Parses an expression now rather than at its first use: for tables, whose many cells would push one another out of
 * what is kept compiled.
 *
 * @throws `ExpressionError`
 */
export const prepare = (expression: Expression, languages: ExpressionLanguages = feelOnly): Prepared => {
  const compiled = parsed(expression, languages);
  return {
    raw: (scope) => compiled(scope).value,
    holds: (scope) => compiled(scope).value === true,
  };
};

/** Expressions that are kept compiled, for each language; the one compiled first goes first. */
const compiledMax = 1_000;

/**
 * Compiled expressions by their text. They hold nothing of a case, so whoever shares them (workflows of one thread,
 * where this module is preloaded) sees only that the second time is faster.
 */
const compiledBy = new WeakMap<ExpressionLanguage, Map<string, Compiled>>();

type Compiled = ReturnType<ExpressionLanguage['compile']>;

const run = (expression: Expression, scope: ExpressionScope, languages: ExpressionLanguages): RawResult =>
  parsed(expression, languages)(scope);

const parsed = ({ '@expr': source, '@lang': name }: Expression, languages: ExpressionLanguages): Compiled => {
  const language = Object.hasOwn(languages, name) ? languages[name] : undefined;
  if (language === undefined) {
    throw new ExpressionError('LANGUAGE_UNKNOWN', source);
  }
  return compiledOf(language, source);
};

const compiledOf = (language: ExpressionLanguage, source: string): Compiled => {
  const known = compiledBy.get(language) ?? new Map<string, Compiled>();
  compiledBy.set(language, known);
  let compiled = known.get(source);
  if (compiled === undefined) {
    compiled = language.compile(source);
    const [oldest] = known.keys();
    if (known.size >= compiledMax && oldest !== undefined) {
      known.delete(oldest);
    }
    known.set(source, compiled);
  }
  return compiled;
};
