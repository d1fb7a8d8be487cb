import {
  ActivityFailure,
  ApplicationFailure,
  type CancellationScope,
  proxyActivities,
  proxyLocalActivities,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { Command } from '../machines/kernel/command.ts';
import type { Effect } from '../machines/kernel/effect.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import type { Step } from '../machines/kernel/step.ts';
import type { CaseActivities } from './activity-contract.ts';
import { type Batch, type CausedEffect, failureTypes, type Projected, type StoredState } from './messages.ts';

/** Entries that may wait while the store is away; beyond it clocks and service results wait too. */
export const waitingEntriesMax = 200;

/** Characters of entries in one batch: well below what Temporal takes as one argument. */
const batchCharsMax = 800_000;

const { project } = proxyLocalActivities<CaseActivities>({
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '2s',
  // A locked database was waited for already; a second wait would go past the two seconds.
  retry: { maximumAttempts: 3, initialInterval: '50ms', nonRetryableErrorTypes: ['STORE_UNAVAILABLE'] },
});

const { project: projectForEver } = proxyActivities<CaseActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '250ms', backoffCoefficient: 2, maximumInterval: '4s' },
});

export interface ProjectionEvents {
  /** The store has the entries that caused these; now they may be carried out. */
  stored: (effects: CausedEffect[]) => void;
  /** This run had stored more than it remembers: it goes on from there, without these steps of its own. */
  ahead: (stored: StoredAhead, storedSeq: number, dropped: QueuedStep[]) => void;
  /** The store holds another history of the case. Nothing more is written. */
  diverged: () => void;
  /** The run is not the one whose history it replays: it must not go on. */
  broken: (error: Error) => void;
}

/** What the store has of a case, and the company's own table that the case follows there, if any. */
export interface StoredAhead {
  state: StoredState;
  policy: Policy | undefined;
}

/** A step on its way, with the command that made it, where one did. */
export type QueuedStep = Step & { command?: Command };

export interface ProjectionQueue {
  push: (step: QueuedStep) => void;
  /** Asks the store where the case stands, though nothing waits. */
  lookUp: (state: CaseState) => void;
  /** The last seq that the store has. */
  storedSeq: () => number;
  waitingEntries: () => number;
  /** Nothing waits and nothing is being asked. */
  isSettled: () => boolean;
  /** Nothing was stored yet. */
  isUntouched: () => boolean;
  /** A flush failed or took too long, and not everything is stored since. */
  behind: () => boolean;
  /** Looks now, and again at each news from the store until it has seen what it waits for. A promise for each would be dear. */
  watch: (hasSeen: () => boolean) => void;
}

/**
 * Steps on their way to the store: what waits is flushed together, in order, one flush at a time.
 *
 * @param lasting a scope that nobody cancels: a cancellation of the workflow must not keep entries from the store
 */
export const createProjectionQueue = (
  lasting: CancellationScope,
  storedBefore: number,
  underWay: () => CausedEffect[],
  { stored, ahead, diverged, broken }: ProjectionEvents,
): ProjectionQueue => {
  let waiting: QueuedStep[] = [];
  let storedSeq = storedBefore;
  let behind = false;
  let draining = false;
  let stopped = false;
  let sent = Promise.withResolvers<void>();
  let watching: (() => boolean)[] = [];

  const tell = (): void => {
    watching = watching.filter((hasSeen) => !hasSeen());
  };

  const take = (steps: Step[], batch: Batch, answer: Projected): void => {
    const { seq, headHash } = batch.state;
    // History holds the answer: a replay that computes another trail stops here, whatever commands it gave.
    if (answer.seq !== seq || answer.headHash !== headHash) {
      stopped = true;
      broken(new Error(`Replay differs: at ${seq} the history has ${answer.seq}/${answer.headHash}.`));
      return;
    }
    if (answer.ahead) {
      const [storedBefore, dropped] = [storedSeq, waiting];
      waiting = [];
      storedSeq = answer.ahead.seq;
      ahead({ state: answer.ahead, policy: answer.policy }, storedBefore, dropped);
      return;
    }
    waiting = waiting.slice(steps.length);
    storedSeq = seq;
    stored(steps.flatMap(causedEffects));
  };

  const refuse = (error: unknown): void => {
    if (isDiverged(error)) {
      stopped = true;
      diverged();
    } else if (error instanceof TemporalFailure) {
      behind = true;
    } else {
      throw error;
    }
  };

  // One function for the whole run: every promise made here is made once more for each command.
  const drainForEver = async (): Promise<never> => {
    for (;;) {
      // Commands of the same moment join the flush.
      await sent.promise;
      sent = Promise.withResolvers();
      while (waiting.length > 0 && !stopped) {
        const steps = firstOf(waiting);
        const batch = batchOf(steps, underWay());
        try {
          take(steps, batch, await (behind ? projectForEver(batch) : project(batch)));
        } catch (error) {
          refuse(error);
        }
        behind &&= stopped || waiting.length > 0;
        tell();
      }
      draining = false;
    }
  };
  lasting.run(drainForEver).catch(broken);

  const send = (step: QueuedStep): void => {
    waiting.push(step);
    if (!draining && !stopped) {
      draining = true;
      sent.resolve();
    }
  };

  return {
    push: (step) => {
      if (step.entries.length > 0) {
        send(step);
      }
    },
    lookUp: (state) => {
      if (waiting.length === 0) {
        send({ state, entries: [], effects: [] });
      }
    },
    storedSeq: () => storedSeq,
    waitingEntries: () => waiting.reduce((sum, { entries }) => sum + entries.length, 0),
    isSettled: () => !draining,
    isUntouched: () => storedSeq === storedBefore,
    behind: () => behind,
    watch: (hasSeen) => {
      if (!hasSeen()) {
        watching.push(hasSeen);
      }
    },
  };
};

/** As many steps from the start as one batch may hold, at least one. */
const firstOf = (steps: Step[]): Step[] => {
  let chars = 0;
  const tooMany = steps.findIndex(({ entries }, index) => {
    chars += entries.reduce((sum, { leaf }) => sum + leaf.length, 0);
    return index > 0 && chars > batchCharsMax;
  });
  return tooMany < 0 ? [...steps] : steps.slice(0, tooMany);
};

const batchOf = (steps: Step[], underWay: CausedEffect[]): Batch => {
  const { state } = steps.at(-1) as Step;
  return {
    tenant: state.tenant,
    caseId: state.caseId,
    state,
    entries: steps.flatMap(({ entries }) => entries),
    effects: steps.flatMap(({ effects }): Effect[] => effects),
    run: {
      id: workflowInfo().runId,
      effects: [...underWay, ...steps.flatMap(causedEffects)].filter(
        ({ effect }) => effect.type !== 'deliver',
      ),
    },
  };
};

const causedEffects = ({ state, effects }: Step): CausedEffect[] =>
  effects.map((effect) => ({
    effect,
    epoch: state.epoch,
    seq: state.seq,
    headHash: state.headHash,
  }));

// A local activity's failure comes bare or wrapped, a normal one's wrapped.
const isDiverged = (error: unknown): boolean => {
  const failure = error instanceof ActivityFailure ? error.cause : error;
  return failure instanceof ApplicationFailure && failure.type === failureTypes.diverged;
};
