import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { tuples } from './tuples.ts';

/** A state that is marked for other roles than the reader's, in one version of a definition. */
export interface HiddenState {
  definitionId: string;
  definitionHash: string;
  state: string;
}

/**
 * The condition that leaves out of a list the tasks of such states; undefined where there is none. A task names its
 * definition and not the version, so that the case is asked only where some version hides the state.
 */
export const inVisibleState = (
  hidden: readonly HiddenState[] | undefined,
  task: { tenant: SQLiteColumn; caseId: SQLiteColumn; definitionId: SQLiteColumn; state: SQLiteColumn },
): SQL | undefined => {
  if (hidden === undefined || hidden.length === 0) return undefined;
  const named = tuples(hidden.map(({ definitionId, state }) => [definitionId, state]));
  const exact = tuples(hidden.map(({ definitionHash, state }) => [definitionHash, state]));
  return sql`not ((${task.definitionId}, ${task.state}) in ${named} and exists (select 1 from cases marked where marked.tenant = ${task.tenant} and marked.case_id = ${task.caseId} and (marked.definition_hash, ${task.state}) in ${exact}))`;
};

/** For a list of the cases in a state: without those whose version hides that state. */
export const notHiding = (
  hidden: readonly HiddenState[] | undefined,
  state: string | undefined,
  definitionHash: SQLiteColumn,
): SQL | undefined => {
  const hashes = (hidden ?? []).filter((each) => each.state === state).map((each) => each.definitionHash);
  return hashes.length === 0
    ? undefined
    : sql`${definitionHash} not in (${sql.join(
        hashes.map((hash) => sql`${hash}`),
        sql`, `,
      )})`;
};
