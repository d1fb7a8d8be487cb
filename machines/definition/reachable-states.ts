import { entered } from './entered-states.ts';
import {
  type IndexedState,
  type IndexedTransition,
  type MachineIndex,
  transitionsBySource,
} from './machine-index.ts';

/** Finds the states that some way leads to from those that the case enters. Guards count as if they could hold. */
export const reachableIn = (
  index: MachineIndex,
): ((starts: readonly IndexedState[]) => Set<IndexedState>) => {
  const bySource = transitionsBySource(index.transitions);
  const landing = new Map<IndexedTransition, IndexedState[]>();
  const landsOn = (transition: IndexedTransition): IndexedState[] => {
    const { source, targets } = transition;
    const known =
      landing.get(transition) ??
      targets.flatMap(({ state }) => (state === undefined ? [] : [...entered(index, state, source)]));
    landing.set(transition, known);
    return known;
  };
  return (starts) => {
    const reached = new Set<IndexedState>();
    const open: IndexedState[] = [];
    const waiting: { compound: IndexedState; transitions: IndexedTransition[] }[] = [];
    const reach = (states: Iterable<IndexedState>): void => {
      for (const state of states) {
        if (!reached.has(state)) {
          reached.add(state);
          open.push(state);
        }
      }
    };
    for (const start of starts) {
      reach(entered(index, start));
    }
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const transitions = bySource.get(at) ?? [];
      const done = transitions.filter(({ cause }) => cause.kind === 'done');
      if (done.length > 0) {
        waiting.push({ compound: at, transitions: done });
      }
      for (const transition of transitions) {
        if (transition.cause.kind !== 'done') {
          reach(landsOn(transition));
        }
      }
      if (open.length === 0) {
        for (const { compound, transitions: ways } of waiting) {
          if (canComplete(compound, reached)) {
            reach(ways.flatMap(landsOn));
          }
        }
      }
    }
    return reached;
  };
};

/** Whether a state can be done: a final child is reached, or in parallel states every region can be done. */
const canComplete = (state: IndexedState, reached: ReadonlySet<IndexedState>): boolean =>
  state.node.type === 'parallel'
    ? state.children
        .filter(({ node }) => node.type !== 'history')
        .every((region) => canComplete(region, reached))
    : state.children.some((child) => child.node.type === 'final' && reached.has(child));
