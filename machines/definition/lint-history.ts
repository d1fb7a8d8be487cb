import { type Finding, failing } from './finding.ts';
import { type IndexedState, type MachineIndex, resolveTarget, selfAndAbove } from './machine-index.ts';

/** A history has somewhere to lead on a first visit, and what leads to it leaves whatever it may enter. */
export const historyFindings = ({ states, transitions, byId }: MachineIndex): Finding[] => [
  ...states.flatMap((state) => firstVisitFindings(state, byId)),
  ...transitions.flatMap(({ source, targets }) =>
    targets.flatMap(({ state, pointer }) =>
      state === undefined ? [] : branchFindings(source, state, pointer),
    ),
  ),
];

const firstVisitFindings = (state: IndexedState, byId: Map<string, IndexedState>): Finding[] => {
  const { node, pointer } = state;
  if (node.type !== 'history') {
    return [];
  }
  const target = node.target === undefined ? undefined : resolveTarget(state, node.target, byId);
  return target !== undefined
    ? []
    : [
        failing(
          node.target === undefined ? pointer : `${pointer}/target`,
          'TARGET_UNKNOWN',
          'On a first visit there is nothing to go back to.',
          'Name a state beside this one as "target".',
        ),
      ];
};

// SCXML and XState enter every state on the way down to what a history restores, but leave only what lies below the
// innermost state that holds both ends: one between would be entered twice, its task opened and its service called again.
const branchFindings = (source: IndexedState, target: IndexedState, pointer: string): Finding[] => {
  const { node, parent } = target;
  if (node.type !== 'history' || node.history !== 'deep' || parent === null) {
    return [];
  }
  const above = selfAndAbove(source);
  const around = above.indexOf(parent);
  const branch = above[around - 1];
  if (around < 2 || branch === undefined) {
    return [];
  }
  return [
    failing(
      pointer,
      'HISTORY_OF_OWN_BRANCH',
      `"${source.id}" lies within "${branch.id}", which the deep history of "${parent.id}" may lead back into without leaving it.`,
      `Let "${branch.id}" take it, or make the history shallow.`,
    ),
  ];
};
