import { evaluate, FeelFunction } from 'feelin';
import { ExpressionError } from './error.ts';
import { type Clock, ownFunctions } from './feel-functions.ts';
import { inspectFeel } from './feel-rules.ts';
import { descendants, type FeelNode, nameOf } from './feel-tree.ts';
import { type ExpressionLanguage, type ExpressionScope, scopeVariables } from './language.ts';

/**
 * FEEL, the expression language of DMN.
 *
 * The interpreter parses anew at each evaluation (0.1–0.7 ms) and offers no way to keep what it parsed. So the
 * expression is handed to it once as the body of a FEEL function of the variables it reads; the function value holds
 * the finished evaluation tree and is called with the scope from then on.
 */
export const feel: ExpressionLanguage = {
  compile: (source) => {
    const { problems, top } = inspectFeel(source);
    if (problems[0] !== undefined || top === null) {
      throw new ExpressionError('EXPRESSION_REFUSED', source, problems[0]?.code);
    }
    const clock: Clock = { now: '', offsetMinutes: 0 };
    const variables = variablesRead(top, source);
    const { value: body, warnings } = evaluate(
      `function(${variables.join(', ')}) ${source}`,
      ownFunctions(() => clock),
    );
    if (!(body instanceof FeelFunction)) {
      throw new ExpressionError('EXPRESSION_REFUSED', source, 'SYNTAX');
    }
    return (scope: ExpressionScope) => {
      clock.now = scope.now;
      clock.offsetMinutes = scope.offsetMinutes;
      // The interpreter appends to this one list for ever, with the values it complains about.
      warnings.length = 0;
      try {
        const value: unknown = body.invoke(variables.map((name) => scope[name]));
        return { value, warnings: warnings.map(({ type }) => type) };
      } catch {
        throw new ExpressionError('EXPRESSION_FAILED', source);
      } finally {
        warnings.length = 0;
      }
    };
  },
};

const variablesRead = (top: FeelNode, source: string): (typeof scopeVariables)[number][] => {
  const names = new Set(
    descendants(top)
      .filter(({ name }) => name === 'VariableName')
      .map((node) => nameOf(node, source)),
  );
  return scopeVariables.filter((name) => names.has(name));
};
