import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Command, Facts, Opening, Reopening } from '../machines/kernel/command.ts';
import type { CompileInput } from '../machines/kernel/compile.ts';
import type { Effect } from '../machines/kernel/effect.ts';
import type { Entry } from '../machines/kernel/entry.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';
import type { CaseState } from '../machines/kernel/state.ts';

/** What a case's workflow starts from. */
export interface CaseInput {
  compile: CompileInput;
  start: CaseStart;
  limits?: CaseLimits;
}

export type CaseStart =
  | { type: 'open'; opening: Opening }
  /** From the projection's state of a closed case, in the epoch and at the head it was read from. */
  | { type: 'reopen'; state: StoredState; reopening: Reopening }
  /** From the projection's state of an open case whose run was lost with its Temporal database. */
  | { type: 'recover'; state: StoredState; recovery: Recovery }
  /** Continue-as-new: everything is projected and answered. */
  | { type: 'continue'; state: CaseState; carried: Carried };

/** Who puts a case whose run was lost back to work; it becomes an entry of a new epoch. */
export interface Recovery {
  id: string;
  facts: Facts;
}

/** What one run hands to the next beside the case. */
export interface Carried {
  /** What to do outside and had not ended; the receivers know it by its effect id. */
  effects: CausedEffect[];
  /** The answers to the commands that the state remembers, by command id. */
  answers: { [commandId: string]: Answered };
}

/** An effect, and where the trail stood after the step that asked for it. */
export interface CausedEffect {
  effect: Effect;
  epoch: number;
  seq: number;
  headHash: string;
}

/** The part of an answer that differs from one command of a case to the next. */
export type Answered = Pick<Answer, 'seq' | 'rev' | 'epoch' | 'headHash' | 'status'>;

export interface CaseLimits {
  /** Events after which the run continues as new; default: when the server suggests it. */
  eventsMax?: number;
  /** Events after which it does so even while effects are under way; default: 8,000. */
  eventsWithEffectsMax?: number;
}

/** The answer to an accepted command. */
export interface Answer {
  caseId: string;
  seq: number;
  rev: number;
  epoch: number;
  headHash: string;
  status: CaseState['status'];
  /** Whether readers see it already; false while the store is away. */
  projected: boolean;
}

/** Entries that wait for the store, with the case as they left it and what they ask for. */
export interface Batch {
  tenant: string;
  caseId: string;
  state: CaseState;
  entries: Entry[];
  effects: Effect[];
  run: RunNote;
}

/**
 * Kept beside the stored case: which run stored it last, and what it has asked of the world that has not ended. By it
 * a run finds out what it stored itself before its worker died, and a recovery what was under way.
 */
export interface RunNote {
  id: string;
  effects: CausedEffect[];
}

/** What became of a batch. */
export interface Projected {
  seq: number;
  headHash: string;
  /** Nothing was written: this very run has stored other entries in their place, and goes on from them. */
  ahead?: StoredState;
  /** Beside `ahead`, where the stored case follows a table of the company's own: that table. */
  policy?: Policy;
}

/** A case's state as the store has it. */
export type StoredState = CaseState & { run?: RunNote };

/** Failure types of a refused update. Its first detail is a `Refusal`, or `{code}` for a condition. */
export const failureTypes = {
  /** The kernel refused: detail is the `Refusal`. */
  refused: 'REFUSED',
  /** Earlier entries are not in the store yet; try again. */
  behind: 'PROJECTION_BEHIND',
  /** The store holds another history of this case. */
  diverged: 'TRAIL_DIVERGED',
  /** The run knows of everything that the store has. */
  inStep: 'IN_STEP',
  /** The run is about to continue as new; try again at once. */
  ending: 'RUN_ENDING',
} as const;

/** Sends one command. Its update id is the command's id. */
export const commandUpdate = defineUpdate<Answer, [Command]>('command');

/**
 * Waits until the store has the case that this command opened, re-opened or recovered. Refused where the run was not
 * started by it, and where the start itself was refused. Its update id is the command's id.
 */
export const startedUpdate = defineUpdate<Answer, [commandId: string]>('started');

/** Tells a run that the store has the case at this seq; refused with `IN_STEP` by a run that knows. */
export const syncUpdate = defineUpdate<void, [seq: number]>('sync');

/** The case as the kernel has it; for operators and tests, never for lists. */
export const stateQuery = defineQuery<CaseState>('state');

/** The workflow id of a case: unique per tenant and case, the same in every epoch. */
export const caseWorkflowId = (tenant: string, caseId: string): string => `case:${tenant}:${caseId}`;

/** Workflow types, one per kind, so that Temporal's own pages read well; all run the same interpreter. */
export const workflowTypes = ['claim', 'exposure', 'complaint', 'approval', 'team', 'case'] as const;

export const workflowTypeOf = (kind: string): (typeof workflowTypes)[number] =>
  workflowTypes.find((type) => type === kind) ?? 'case';
