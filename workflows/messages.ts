import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Command, Opening, Reopening } from '../machines/kernel/command.ts';
import type { CompileInput } from '../machines/kernel/compile.ts';
import type { Effect } from '../machines/kernel/effect.ts';
import type { Entry } from '../machines/kernel/entry.ts';
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
  | { type: 'reopen'; state: CaseState; reopening: Reopening }
  /** From the projection's state of an open case whose run was lost with its Temporal database. */
  | { type: 'recover'; state: CaseState }
  /** Continue-as-new: everything is projected and no service is under way but those in the state. */
  | { type: 'continue'; state: CaseState; carried: Carried };

/** What one run hands to the next beside the case. */
export interface Carried {
  /** Effects whose activity had not ended. */
  effects: Effect[];
}

export interface CaseLimits {
  /** Events after which the run continues as new; default: when the server suggests it. */
  eventsMax?: number;
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
}

/** Failure types of a refused update. Its first detail is a `Refusal`, or `{code}` for a condition. */
export const failureTypes = {
  /** The kernel refused: detail is the `Refusal`. */
  refused: 'REFUSED',
  /** Earlier entries are not in the store yet; try again. */
  behind: 'PROJECTION_BEHIND',
  /** The store holds another history of this case. */
  diverged: 'TRAIL_DIVERGED',
} as const;

/** Sends one command. Its update id is the command's id. */
export const commandUpdate = defineUpdate<Answer, [Command]>('command');

/** Waits for the first flush of a case that was opened, re-opened or recovered; refused where that was refused. */
export const startedUpdate = defineUpdate<Answer, []>('started');

/** The case as the kernel has it; for operators and tests, never for lists. */
export const stateQuery = defineQuery<CaseState>('state');

/** The workflow id of a case: unique per tenant and case, the same in every epoch. */
export const caseWorkflowId = (tenant: string, caseId: string): string => `case:${tenant}:${caseId}`;

/** Workflow types, one per kind, so that Temporal's own pages read well; all run the same interpreter. */
export const workflowTypes = ['claim', 'exposure', 'complaint', 'approval', 'team', 'case'] as const;

export const workflowTypeOf = (kind: string): (typeof workflowTypes)[number] =>
  workflowTypes.find((type) => type === kind) ?? 'case';
