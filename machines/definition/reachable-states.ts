import { entered } from './entered-states.ts';
import {
  type IndexedState,
  type IndexedTransition,
  type MachineIndex,
  transitionsBySource,
} from './machine-index.ts';

/** The states that some way leads to from these, which the case enters. Guards count as if they could hold. */
export const reachable = (index: MachineIndex, starts: readonly IndexedState[]): Set<IndexedState> => {
  const reached = new Set<IndexedState>();
  const open: IndexedState[] = [...starts];
  const bySource = transitionsBySource(index.transitions);
  const waiting: { compound: IndexedState; transitions: IndexedTransition[] }[] = [];
  const targets = new Set<IndexedState>();
  const enter = (state: IndexedState | undefined): void => {
    if (state === undefined || targets.has(state)) {
      return;
    }
    targets.add(state);
    for (const active of entered(index, state)) {
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
    for (const { state } of transitions
      .filter((one) => one.cause.kind !== 'done')
      .flatMap((one) => one.targets)) {
      enter(state);
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
