import type { ExpressionLanguage, ExpressionLanguages } from '../../machines/kernel/expression.ts';

/**
 * The expressions of the SCXML test suites: ECMAScript over the data model's variables and `_event`. For these tests
 * only; no definition document may name it. JSON has no `undefined`, so a variable that is null counts as undefined.
 */
const scxmlTest: ExpressionLanguage = {
  compile: (source) => {
    const run = new Function('data', '_event', `with (data) { return (${source}); }`) as (
      data: object,
      event: unknown,
    ) => unknown;
    return ({ data, event }) => {
      const variables = Object.entries(data).map(([name, value]) => [name, value ?? undefined]);
      return { value: run(Object.fromEntries(variables), event ?? {}), warnings: [] };
    };
  },
};

export const scxmlLanguages: ExpressionLanguages = { 'scxml-test': scxmlTest };

export const expressionOf = (source: string) => ({ '@expr': source, '@lang': 'scxml-test' });
