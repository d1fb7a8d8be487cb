import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { tuples } from './tuples.ts';

/** A state of a definition's cases, in whichever version, and the kind of those cases. */
export interface StateOfKind {
  kind: string;
  definitionId: string;
  state: string;
}

/** The condition that leaves of a list the tasks of these states; by their kinds first, which stand in the list's index. */
export const inStates = (
  states: readonly StateOfKind[],
  task: { caseKind: SQLiteColumn; definitionId: SQLiteColumn; state: SQLiteColumn },
): SQL => {
  if (states.length === 0) return sql`false`;
  const kinds = [...new Set(states.map(({ kind }) => kind))];
  const named = tuples(states.map(({ definitionId, state }) => [definitionId, state]));
  return sql`+${task.caseKind} in ${kinds} and (${task.definitionId}, ${task.state}) in ${named}`;
};
