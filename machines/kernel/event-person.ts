import type { Facts } from './command.ts';
import { type Expression, ExpressionError, evaluate } from './expression.ts';
import type { Json } from './json.ts';
import { expressionScope } from './machine-context.ts';
import { own } from './own.ts';
import { isAmong, type Right } from './policy/rights.ts';
import type { Run } from './run.ts';
import { surroundings } from './send-to-machine.ts';

/**
 * Whether an event is the act of the people behind a right: anybody's, unless its definition says whose it is. It is then
 * that person's under any account, and that of whoever acts by their right; where nobody is named, it is nobody's, and where
 * the definition computes `false`, it is anybody's.
 */
export const isTheirAct = (
  run: Run,
  facts: Facts,
  event: string,
): ((right: Pick<Right, 'humans'>) => boolean) => {
  const { person } = own(run.compiled.definition.events, event) ?? {};
  if (person === undefined) {
    return () => true;
  }
  const id = named(run, facts, person);
  return (right) => id === false || (typeof id === 'string' && isAmong(right, [id]));
};

/** What cannot be computed names nobody. */
const named = (run: Run, facts: Facts, person: Expression): Json => {
  const { data, ledger, documents } = run.state;
  const context = { data, ledger, documents, around: surroundings(run, { facts }) };
  try {
    return evaluate(person, expressionScope(context, { type: '' }), run.compiled.languages);
  } catch (error) {
    if (error instanceof ExpressionError) {
      return null;
    }
    throw error;
  }
};
