import { type IndexedState, type MachineIndex, resolveTarget, selfAndAbove } from './machine-index.ts';

/**
 * The states that become active when a state is entered: itself, what contains it, and where it starts. What contains
 * `from`, the state left for it, is active already, and so are regions beside.
 */
export const entered = (
  index: MachineIndex,
  target: IndexedState,
  from?: IndexedState,
): Set<IndexedState> => {
  const active = new Set<IndexedState>();
  const already = new Set(from === undefined ? [] : selfAndAbove(from).slice(1));
  const down = (state: IndexedState): void => {
    if (active.has(state)) {
      return;
    }
    active.add(state);
    if (state.node.type === 'history') {
      const fallback =
        state.node.target === undefined ? undefined : resolveTarget(state, state.node.target, index.byId);
      if (fallback) {
        up(fallback);
        down(fallback);
      }
    } else if (state.node.type === 'parallel') {
      state.children.filter(({ node }) => node.type !== 'history').forEach(down);
    } else {
      const first = state.children.find(({ key }) => key === state.node.initial);
      if (first) {
        down(first);
      }
    }
  };
  const up = (state: IndexedState): void => {
    for (const above of selfAndAbove(state).slice(1)) {
      if (!active.has(above) && !already.has(above)) {
        active.add(above);
        if (above.node.type === 'parallel') {
          above.children
            .filter((child) => child.node.type !== 'history' && !selfAndAbove(state).includes(child))
            .forEach(down);
        }
      }
    }
  };
  up(target);
  down(target);
  return active;
};

/** Whether the case can rest in a state. */
export const isLeaf = ({ children, node }: IndexedState): boolean =>
  children.length === 0 && node.type !== 'history';
