import { defineUpdate } from '@temporalio/workflow';

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
  /** Epoch milliseconds. */
  openedAtMs: number;
  dueAtMs: number;
  breached: boolean;
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
    data: unknown;
  };
}

export const commandUpdate = defineUpdate<{ seq: number; state: SmallState }, [SmallCommand]>('command');

/** Waits until the store has the opened case. */
export const openedUpdate = defineUpdate<{ seq: number; state: SmallState }>('opened');

export const handWrittenType = 'handWrittenCase';
