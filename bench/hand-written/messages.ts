import { defineUpdate } from '@temporalio/workflow';
import type { JsonObject } from '../../machines/kernel/json.ts';

export interface SmallInput {
  caseId: string;
  summary: string;
  /** Keeps the state in a search attribute too, for operators who look for it in Temporal's own pages. */
  showsState: boolean;
}

/** A small case as somebody would write it straight on Temporal, for one process only. */
export interface SmallCase {
  caseId: string;
  state: SmallState;
  data: { summary: string; estimate?: { amount: number; currency: string }; finding?: 'upheld' | 'rejected' };
  seq: number;
  /** Of the last stored entry, where the store chains them. */
  headHash?: string | undefined;
  tasks: SmallTask[];
  /** Epoch milliseconds. */
  openedAtMs: number;
  dueAtMs: number;
  breached: boolean;
}

export interface SmallTask {
  state: SmallState;
  openedAtMs: number;
  closed?: { atMs: number; by: string; outcome: string };
}

export type SmallState =
  | 'received'
  | 'assessing'
  | 'deciding'
  | 'offering'
  | 'settling'
  | 'archiving'
  | 'archived';

export interface SmallCommand {
  event: string;
  actorId: string;
  data?: { estimate?: { amount: number; currency: string }; finding?: 'upheld' | 'rejected' };
}

/** What one command changed: written in one transaction. */
export interface SmallChange {
  case: SmallCase;
  entry: {
    seq: number;
    atMs: number;
    actorId: string;
    event: string;
    before: SmallState | null;
    data: JsonObject;
  };
}

/** Where a change is written, in one transaction; the same change again changes nothing. */
export interface SmallStore {
  /** Returns the hash of the entry, where the store chains them. */
  project: (change: SmallChange) => Promise<string | undefined>;
  close: () => void | Promise<void>;
}

export const commandUpdate = defineUpdate<{ seq: number; state: SmallState }, [SmallCommand]>('command');

/** Waits until the store has the opened case. */
export const openedUpdate = defineUpdate<{ seq: number; state: SmallState }>('opened');

export const handWrittenType = 'handWrittenCase';
