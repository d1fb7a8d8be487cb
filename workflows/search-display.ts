import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { CaseState } from '../machines/kernel/state.ts';
import { changedSearchAttributes, searchAttributesOf } from './search-attributes.ts';

/** What Temporal's own pages say of a case. A closed or diverged case is shown as such at once. */
export interface SearchDisplay {
  /** Shows the case as it is: at once after a rest, in a burst of commands once at its end. */
  show: (state: CaseState, diverged?: boolean) => void;
  /** When `show` must be called again at the latest, RFC 3339; null where what is shown is true. */
  dueAt: () => string | null;
}

/** A change of search attributes costs the server a third of a command, so a run makes one in this time at most. */
export const shownEveryMs = 5_000;

/** A run starts with its attributes as they are. */
export const createSearchDisplay = (): SearchDisplay => {
  let shownAtMs = Date.now();
  let late = false;
  return {
    show: (state, diverged = false) => {
      const wanted = searchAttributesOf(state, diverged);
      const changed = changedSearchAttributes(wanted, workflowInfo().typedSearchAttributes);
      const mayWait = !diverged && state.status === 'open' && Date.now() < shownAtMs + shownEveryMs;
      late = changed.length > 0 && mayWait;
      if (changed.length > 0 && !mayWait) {
        upsertSearchAttributes(changed);
        shownAtMs = Date.now();
      }
    },
    dueAt: () => (late ? new Date(shownAtMs + shownEveryMs).toISOString() : null),
  };
};
