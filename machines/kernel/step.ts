import type { Command, Opening, Reopening } from './command.ts';
import type { Effect } from './effect.ts';
import type { Entry } from './entry.ts';
import type { Refusal } from './refusal.ts';
import type { CaseState } from './state.ts';

/** What one step of a case made: the state after it, the entries of the trail, and what to do outside. */
export interface Step {
  state: CaseState;
  entries: Entry[];
  effects: Effect[];
}

export type { Command, Opening, Refusal, Reopening };
