import { entered, isLeaf } from './entered-states.ts';
import {
  type IndexedState,
  type IndexedTransition,
  type MachineIndex,
  selfAndAbove,
  transitionsBySource,
} from './machine-index.ts';

/** The states in which the case can rest and from which it can end. Guards count as if they could hold. */
export const endable = (index: MachineIndex, reached: ReadonlySet<IndexedState>): Set<IndexedState> => {
  const ends = new Set<IndexedState>();
  const bySource = transitionsBySource(index.transitions);
  const leaves = index.states.filter(isLeaf);
  const paths = new Map(index.states.map((state) => [state, selfAndAbove(state)]));
  const pathOf = (state: IndexedState): IndexedState[] => paths.get(state) ?? [];
  const landing = new Map<IndexedTransition, IndexedState[]>();
  const landsOn = (transition: IndexedTransition): IndexedState[] => {
    const known =
      landing.get(transition) ??
      transition.targets.flatMap(({ state }) =>
        state === undefined ? [] : [...entered(index, state, transition.source)].filter(isLeaf),
      );
    landing.set(transition, known);
    return known;
  };
  const leads = (transition: IndexedTransition): boolean =>
    transition.targets.length > 0 && landsOn(transition).every((leaf) => ends.has(leaf));
  const leavesFrom = (state: IndexedState, parallel: IndexedState): boolean =>
    (bySource.get(state) ?? []).some(
      (one) =>
        leads(one) && one.targets.every((target) => target.state && !pathOf(target.state).includes(parallel)),
    );
  /** Parallel state → its regions from which a transition leads out of it to an end. */
  const openRegions = (): Map<IndexedState, Set<IndexedState>> => {
    const regions = new Map<IndexedState, Set<IndexedState>>();
    for (const state of reached) {
      for (const [place, region] of pathOf(state).entries()) {
        const parallel = pathOf(state)[place + 1];
        if (parallel?.node.type === 'parallel' && leavesFrom(state, parallel)) {
          regions.set(parallel, (regions.get(parallel) ?? new Set()).add(region));
        }
      }
    }
    return regions;
  };
  const canEnd = (leaf: IndexedState, regions: Map<IndexedState, Set<IndexedState>>): boolean =>
    (leaf.node.type === 'final' && finishes(leaf, leads, bySource)) ||
    pathOf(leaf).some((state) =>
      (bySource.get(state) ?? []).some((one) => one.cause.kind !== 'done' && leads(one)),
    ) ||
    // A region at rest ends when another region leads out of both.
    pathOf(leaf).some((region, place) => {
      const parallel = pathOf(leaf)[place + 1];
      const others = parallel && regions.get(parallel);
      return others !== undefined && [...others].some((other) => other !== region);
    });
  for (let grew = true; grew; ) {
    grew = false;
    const regions = openRegions();
    for (const leaf of leaves) {
      if (!ends.has(leaf) && canEnd(leaf, regions)) {
        ends.add(leaf);
        grew = true;
      }
    }
  }
  return ends;
};

/** A final state ends its parent; that is an end of the machine, or the parent goes on from there. */
const finishes = (
  final: IndexedState,
  leads: (transition: IndexedTransition) => boolean,
  bySource: Map<IndexedState, IndexedTransition[]>,
): boolean => {
  for (let at = final.parent; at !== null; at = at.parent) {
    const done = (bySource.get(at) ?? []).filter(({ cause }) => cause.kind === 'done');
    if (at.parent === null || done.some(leads)) {
      return true;
    }
    if (done.length > 0 || at.parent.node.type !== 'parallel') {
      return false;
    }
  }
  return false;
};
