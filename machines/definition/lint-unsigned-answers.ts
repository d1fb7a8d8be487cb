import { approvalAnswered } from '../kernel/ask-approval.ts';
import { isPlainObject } from '../kernel/canonical-json.ts';
import type { Action } from '../kernel/definition.ts';
import { isExpression } from '../kernel/expression.ts';
import { entered } from './entered-states.ts';
import { type Finding, failing } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import type { IndexedState } from './machine-index.ts';

/** What the kernel tells the machine once all who must have signed. */
const signed = 'approval.approved';

/**
 * That something is approved is told only as `approval.approved` comes: not because time has passed, nor by an event that
 * anybody sends. It stands on a transition for that event, or in the entry of a state that nothing else leads into.
 */
export const unsignedAnswerFindings = ({ document, index }: LintContext): Finding[] => {
  const isSigned = ({ cause }: (typeof index.transitions)[number]): boolean =>
    cause.kind === 'event' && cause.event === signed;
  const reopened = Object.values(document.reopen?.from ?? {}).flatMap(
    ({ target }) => index.byId.get(target) ?? [],
  );
  const otherwise = new Set<IndexedState>([
    ...[index.root, ...reopened].flatMap((start) => [...entered(index, start)]),
    ...index.transitions
      .filter((transition) => !isSigned(transition))
      .flatMap(({ source, targets }) =>
        targets.flatMap(({ state }) => (state === undefined ? [] : [...entered(index, state, source)])),
      ),
  ]);
  return [
    ...index.transitions
      .filter((transition) => !isSigned(transition))
      .flatMap(({ actions, actionsPointer }) => unsigned(actions, actionsPointer)),
    ...index.states.flatMap((state) => [
      ...(otherwise.has(state) ? unsigned(state.node.entry, `${state.pointer}/entry`) : []),
      ...unsigned(state.node.exit, `${state.pointer}/exit`),
    ]),
  ];
};

const unsigned = (actions: Action[] | undefined, pointer: string): Finding[] =>
  (actions ?? []).flatMap((action, place) =>
    mayApprove(action)
      ? [
          failing(
            `${pointer}/${place}`,
            'ANSWER_UNSIGNED',
            'The case that asked could be told here that it is approved though nobody has signed.',
            `Say so only on "${signed}", with another outcome written out for every other end.`,
          ),
        ]
      : [],
  );

/** What is computed could come to anything. */
const mayApprove = (action: Action): boolean => {
  if (action.type !== 'tell' || action.event !== approvalAnswered) {
    return false;
  }
  const { data } = action;
  const outcome = isPlainObject(data) && !isExpression(data) ? data.outcome : data;
  return outcome === 'approved' || isExpression(outcome);
};
