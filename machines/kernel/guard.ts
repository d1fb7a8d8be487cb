import type { Guard } from './definition.ts';
import { type Expression, isExpression } from './expression.ts';

/** What a guard asks about the case. An expression whose answer is not known yet is `unknown`. */
export interface GuardQuestions {
  holds(expression: Expression): boolean | 'unknown';
  isIn(stateId: string): boolean;
}

/** Judges a guard outside of the machine: three-valued, so that an unknown part decides nothing by itself. */
export const judgeGuard = (guard: Guard, ask: GuardQuestions): boolean | 'unknown' => {
  if (isExpression(guard)) {
    return ask.holds(guard);
  }
  if ('in' in guard) {
    return ask.isIn(guard.in);
  }
  if ('not' in guard) {
    const inner = judgeGuard(guard.not, ask);
    return inner === 'unknown' ? inner : !inner;
  }
  const decisive = 'or' in guard;
  const parts = ('and' in guard ? guard.and : guard.or).map((part) => judgeGuard(part, ask));
  if (parts.includes(decisive)) {
    return decisive;
  }
  return parts.includes('unknown') ? 'unknown' : !decisive;
};
