import { evaluate } from 'feelin';
import type { ExpressionProblem } from '../kernel/expression/feel-problem.ts';
import { inspectFeel } from '../kernel/expression/feel-rules.ts';
import { descendants, type FeelNode, textOf } from '../kernel/expression/feel-tree.ts';
import { type Expression, type ExpressionLanguages, feelOnly } from '../kernel/expression.ts';
import type { JsonSchema } from '../kernel/json-schema.ts';
import { comparisonProblems, resultProblems } from './expression-kinds.ts';
import { type ExpressionNames, type Followed, follow, namesNear } from './expression-names.ts';
import { type PathRead, pathsRead } from './expression-paths.ts';

export type { ExpressionNames, ExpressionProblem };

/** What the expression is for: a guard must be able to yield `true`. */
export interface ExpressionUse {
  use: 'guard' | 'value';
}

/**
 * Everything wrong with an expression before it ever runs: it does not parse, breaks a rule of the evaluator, names
 * what is not there, reads a personal field, or falls into one of FEEL's silent traps.
 *
 * @param names what may be read; see `expressionNames`
 * @param languages the `@lang`s that may be used; one other than FEEL is only tried for compiling
 */
export const checkExpression = (
  expression: Expression,
  names: ExpressionNames,
  { use }: ExpressionUse = { use: 'value' },
  languages: ExpressionLanguages = feelOnly,
): ExpressionProblem[] => {
  const { '@expr': source, '@lang': lang } = expression;
  if (lang !== 'feel' || !Object.hasOwn(languages, lang)) {
    return otherLanguageProblems(expression, languages);
  }
  const { problems, top } = inspectFeel(source);
  if (top === null) {
    return problems;
  }
  const all = [
    ...problems,
    ...pathsRead(top, source).flatMap((read) => readProblems(read, names, use)),
    ...literalProblems(top, source),
    ...comparisonProblems(top, source, names),
    ...(use === 'guard' ? resultProblems(top) : []),
  ];
  return all.sort((a, b) => a.at.from - b.at.from);
};

/** The paths an expression reads, each once, such as `data.estimate.amount`; none when it does not parse. */
export const references = (expression: Expression): string[] => {
  const source = expression['@expr'];
  const { top } = inspectFeel(source);
  return top === null ? [] : [...new Set(pathsRead(top, source).map(({ path }) => path.join('.')))];
};

/**
 * The personal paths whose reference is part of the expression's result. What the result goes to must be marked
 * personal too.
 */
export const personalCarried = (expression: Expression, names: ExpressionNames): string[] => {
  const source = expression['@expr'];
  const { top } = inspectFeel(source);
  const carried = top === null ? [] : pathsRead(top, source).filter(({ how }) => how === 'carried');
  return carried
    .map(({ path }) => path)
    .filter((path) => follow(names, path).kind === 'personal')
    .map((path) => path.join('.'));
};

const otherLanguageProblems = (
  { '@expr': source, '@lang': lang }: Expression,
  languages: ExpressionLanguages,
): ExpressionProblem[] => {
  const at = { from: 0, to: source.length };
  const language = Object.hasOwn(languages, lang) ? languages[lang] : undefined;
  if (language === undefined) {
    const known = Object.keys(languages).join(', ');
    const message = `The language "${lang}" is not known.`;
    return [{ code: 'LANGUAGE_UNKNOWN', message, fix: `Use "@lang": "${known}".`, at }];
  }
  try {
    language.compile(source);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : 'It cannot be read.';
    return [{ code: 'SYNTAX', message, fix: 'Correct the expression.', at }];
  }
};

/**
 * Whether a personal value is looked into. Carrying one along unseen (`event.payee` into `data.payee`) and asking
 * whether there is one are not: what is carried is its reference.
 */
const looksInto = (found: Followed, how: PathRead['how'], use: ExpressionUse['use']): boolean =>
  found.kind === 'personal' && (found.inside || how === 'read' || (how === 'carried' && use === 'guard'));

const readProblems = (
  { path, at, within, how }: PathRead,
  names: ExpressionNames,
  use: ExpressionUse['use'],
): ExpressionProblem[] => {
  const shown = path.join('.');
  const found = follow(names, path);
  const problems: ExpressionProblem[] = [];
  if (found.kind === 'missing') {
    const near = namesNear(names, path, found.step);
    problems.push({
      code: found.step === 0 ? 'NAME_UNKNOWN' : 'PATH_UNKNOWN',
      message: `"${shown}" is not there: nothing is called "${path[found.step]}".`,
      fix: near.length === 0 ? 'Declare it in the schema first.' : `Known here: ${near.join(', ')}.`,
      at,
    });
  }
  if (looksInto(found, how, use)) {
    problems.push({
      code: 'PERSONAL_FIELD',
      message: `"${shown}" is personal: expressions see only a reference to it.`,
      fix: 'Name a derived fact that answers the question, and read it as `facts.…`.',
      at,
    });
  }
  if (within !== null && hides(follow(names, within), path[0])) {
    problems.push({
      code: 'NAME_HIDDEN',
      message: `Inside this filter "${path[0]}" may mean a field of the item.`,
      fix: `Write \`some x in ${within.join('.')} satisfies …\` instead.`,
      at,
    });
  }
  return problems;
};

/** Whether the filtered item may have a field of that name: a filter looks there before it looks outside. */
const hides = (found: Followed, name: string | undefined): boolean =>
  found.kind === 'known' && name !== undefined && found.schemas.some((one) => mayHave(one, name));

const mayHave = (schema: JsonSchema, name: string): boolean =>
  Object.hasOwn(schema.properties ?? {}, name) ||
  schema.additionalProperties === true ||
  typeof schema.additionalProperties === 'object';

/** A written-out date or duration that is none, such as `duration("P8W")`, is `null` without a word. */
const literalProblems = (top: FeelNode, source: string): ExpressionProblem[] =>
  descendants(top).flatMap((node) => {
    const parts = node.name === 'DateTimeLiteral' ? descendants(node) : [];
    const isWrittenOut = parts.length > 0 && !parts.some(({ name }) => /Name$|Expression$/.test(name));
    if (!isWrittenOut || evaluate(textOf(node, source)).value !== null) {
      return [];
    }
    return [
      {
        code: 'LITERAL_INVALID',
        message: `${textOf(node, source)} is no date, time or duration.`,
        fix: 'Write ISO 8601: "2026-01-31", "P56D" (weeks are not known), "PT4H".',
        at: { from: node.from, to: node.to },
      },
    ];
  });
