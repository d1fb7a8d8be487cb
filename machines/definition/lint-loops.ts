import { entered } from './entered-states.ts';
import { type Finding, failing } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import type { IndexedState, IndexedTransition } from './machine-index.ts';

/** Transitions without event and without guard that lead round in a circle: the case would never rest. */
export const loopFindings = ({ index }: LintContext): Finding[] => {
  const certain = new Map<IndexedState, IndexedTransition>();
  for (const transition of index.transitions) {
    if (transition.cause.kind === 'always' && transition.place === 0 && transition.guard === undefined) {
      certain.set(transition.source, transition);
    }
  }
  const next = ({ source, targets }: IndexedTransition): IndexedState[] => {
    const active = targets.flatMap(({ state }) => (state === undefined ? [] : [...entered(index, state)]));
    return [...certain.keys()].filter((state) =>
      targets.length === 0 ? state === source : active.includes(state),
    );
  };
  const successors = new Map([...certain].map(([state, transition]) => [state, next(transition)]));
  return [...certain.values()]
    .filter(({ source }) => returnsTo(source, successors))
    .map(({ pointer, source }) =>
      failing(
        pointer,
        'ENDLESS_ALWAYS',
        `From "${source.id}" this leads round in a circle without end.`,
        'Add a guard that ends it, or wait for an event.',
      ),
    );
};

const returnsTo = (start: IndexedState, successors: Map<IndexedState, IndexedState[]>): boolean => {
  const seen = new Set<IndexedState>();
  const open = [...(successors.get(start) ?? [])];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === start) {
      return true;
    }
    if (!seen.has(at)) {
      seen.add(at);
      open.push(...(successors.get(at) ?? []));
    }
  }
  return false;
};
