import { endable } from './endable-states.ts';
import { isLeaf } from './entered-states.ts';
import { type Finding, failing } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { withReturns } from './lint-returns.ts';
import { reachableIn } from './reachable-states.ts';

/**
 * States that no way leads to, and states that no way leads out of to an end. Guards count as if they could hold,
 * so whatever is found here is wrong for certain.
 */
export const reachFindings = (context: LintContext): Finding[] => {
  const { document, index } = context;
  const reopened = Object.values(document.reopen?.from ?? {}).flatMap(
    ({ target }) => index.byId.get(target) ?? [],
  );
  const reached = reachableIn(index)([index.root, ...reopened]);
  const states = index.states.slice(1);
  const ends = endable(withReturns(context), reached);
  return [
    ...states
      .filter((state) => !reached.has(state))
      .map(({ id, pointer }) =>
        failing(
          pointer,
          'STATE_UNREACHABLE',
          `No way leads to "${id}".`,
          'Let a transition lead there, or remove it.',
        ),
      ),
    ...states
      .filter((state) => reached.has(state) && isLeaf(state) && !ends.has(state))
      .map(({ id, pointer }) =>
        failing(
          pointer,
          'CANNOT_FINISH',
          `From "${id}" the case can never end.`,
          'Add a way that leads to a final state.',
        ),
      ),
  ];
};
