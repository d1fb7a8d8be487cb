import type { Command } from '../machines/kernel/command.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import type { Outcome } from '../workflows/client/outcome.ts';
import type { CaseInput } from '../workflows/messages.ts';

/** Until when an answer is waited for, epoch milliseconds. */
export interface Until {
  deadlineMs: number;
}

/**
 * The engine as the API sees it: what runs the cases. Sent again with the same id, a command that was taken is
 * answered and not applied again.
 */
export interface Cases {
  send: (target: { tenant: string; caseId: string }, command: Command, until: Until) => Promise<Outcome>;
  /** Opens, re-opens or recovers a case; `judged` is the case as the kernel's judgement left it. */
  start: (input: CaseInput, judged: CaseState, until: Until) => Promise<Outcome>;
  /** Tells the run of a case that the store has it up to `seq`; in vain where that cannot be. */
  sync: (target: { tenant: string; caseId: string }, seq: number, until: Until) => Promise<void>;
  /** Whether no run of the case is there: it was closed, and all that was under way has ended; or it was lost. */
  hasEnded: (target: { tenant: string; caseId: string }) => Promise<boolean>;
  /** Has a bulk job run, or look again at what is wanted of it; one that has ended is left alone. @throws */
  wakeBulk: (key: { tenant: string; jobId: string }, until: Until) => Promise<void>;
  /** Whether the engine answers now; within a second. */
  isReachable: () => Promise<boolean>;
}
