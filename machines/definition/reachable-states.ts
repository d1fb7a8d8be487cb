import { entered } from './entered-states.ts';
import {
  type IndexedState,
  type IndexedTransition,
  type MachineIndex,
  transitionsBySource,
} from './machine-index.ts';

/** The states that some way leads to, from the start or from a re-opening. Guards count as if they could hold. */
export const reachable = (index: MachineIndex, reopened: IndexedState[]): Set<IndexedState> => {
  const reached = new Set<IndexedState>();
  const open: IndexedState[] = [index.root, ...reopened];
  const bySource = transitionsBySource(index.transitions);
  const waiting: { compound: IndexedState; transitions: IndexedTransition[] }[] = [];
  const enter = (state: IndexedState | undefined): void => {
    for (const active of state === undefined ? [] : entered(index, state)) {
      if (!reached.has(active)) {
        reached.add(active);
        open.push(active);
      }
    }
  };
  for (const start of [...open]) {
    enter(start);
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const transitions = bySource.get(at) ?? [];
    const done = transitions.filter(({ cause }) => cause.kind === 'done');
    if (done.length > 0) {
      waiting.push({ compound: at, transitions: done });
    }
    for (const { targets, cause } of transitions) {
      if (cause.kind !== 'done') {
        for (const { state } of targets) {
          enter(state);
        }
      }
    }
    if (open.length === 0) {
      for (const { compound, transitions: ways } of waiting) {
        if (canComplete(compound, reached)) {
          for (const { state } of ways.flatMap(({ targets }) => targets)) {
            enter(state);
          }
        }
      }
    }
  }
  return reached;
};

/** Whether a state can be done: a final child is reached, or in parallel states every region can be done. */
const canComplete = (state: IndexedState, reached: ReadonlySet<IndexedState>): boolean =>
  state.node.type === 'parallel'
    ? state.children
        .filter(({ node }) => node.type !== 'history')
        .every((region) => canComplete(region, reached))
    : state.children.some((child) => child.node.type === 'final' && reached.has(child));
