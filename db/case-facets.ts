import type { CaseState } from '../machines/kernel/state.ts';

export const stateFacet = (stateId: string): string => `state:${stateId}`;
export const personFacet = (personId: string): string => `person:${personId}`;

/** A person who has no part in the case: it is out of their sight, and of who reports to them. */
export const excludedFacet = (personId: string): string => `excluded:${personId}`;

/** Something of the case was handed to another department or owner. */
export const transferredFacet = 'transferred';

/** All that a case is listed by beside its own columns, each once. */
export const facetsOf = (state: CaseState): Set<string> => {
  const holders = Object.values(state.tasks)
    .filter(({ status }) => status === 'open')
    .map(({ assignee }) => assignee);
  return new Set([
    ...state.machine.states.map(stateFacet),
    ...[state.owner, ...holders].filter((id) => id !== null).map(personFacet),
    ...(state.transfers === undefined ? [] : [transferredFacet]),
  ]);
};
