import {
  allHandlersFinished,
  CancellationScope,
  condition,
  log,
  TemporalFailure,
} from '@temporalio/workflow';
import type { Compiled } from '../machines/kernel/compile.ts';
import { nextWakeAt } from '../machines/kernel/due.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import type { Step } from '../machines/kernel/step.ts';
import { effectCommand } from './effect-command.ts';
import { createEffectsRunner, type EffectsRunner } from './effects-runner.ts';
import { createLiveCase, type LiveCase } from './live-case.ts';
import type { CaseInput, CausedEffect } from './messages.ts';
import { createProjectionQueue, type ProjectionQueue, waitingEntriesMax } from './projection-queue.ts';
import { createSearchDisplay } from './search-display.ts';
import { createWakeTimer } from './wake-timer.ts';

/** One run of a case and what it stands in. */
export interface CaseRun {
  live: LiveCase;
  queue: ProjectionQueue;
  effects: EffectsRunner;
  /** The store holds another history of the case: nothing more is taken, woken or written. */
  diverged: boolean;
  /** The run is about to continue as new: no command may come between. */
  ending: boolean;
  /** Steps that this run has made. */
  steps: () => number;
  /** Waits without a timer. Throws, and so fails the workflow task, when the run must not go on. */
  until: (reached: () => boolean) => Promise<void>;
}

/** Everything is answered and stored. */
export const isQuiet = ({ live, queue, diverged }: CaseRun): boolean =>
  !diverged && allHandlersFinished() && queue.storedSeq() === live.state().seq;

/** Everything is answered, stored and carried out. */
export const isIdle = (run: CaseRun): boolean => isQuiet(run) && run.effects.underWay().length === 0;

/** Sets a run up around its first step, and sets it going. Awaits nothing. */
export const createCaseRun = ({ start }: CaseInput, compiled: Compiled, first: Step): CaseRun => {
  const carried = start.type === 'continue' ? start.carried : { effects: lostEffects(start), answers: {} };
  let failure: Error | undefined;
  const broken = (error: Error): void => {
    // Temporal's own failures would end the workflow; this one fails its task, which is tried again.
    failure ??= error instanceof TemporalFailure ? new Error(`${error.name}: ${error.message}`) : error;
  };
  // Cancelling the workflow must not stop a case; only its own machine ends it. One scope for all, for the SDK takes a
  // stack for each promise of a scope.
  const lasting = new CancellationScope({ cancellable: false });
  const until = async (reached: () => boolean): Promise<void> => {
    await lasting.run(() => condition(() => failure !== undefined || reached()));
    if (failure) {
      throw failure;
    }
  };
  const roomForMore = (): Promise<void> =>
    until(() => run.diverged || queue.waitingEntries() < waitingEntriesMax);

  const stopDiverged = (): void => {
    run.diverged = true;
    const { seq, epoch } = live.state();
    log.error('TRAIL_DIVERGED: the store holds another history of this case.', { seq, epoch });
    display.show(live.state(), true);
  };

  const display = createSearchDisplay();
  const follow = (state: CaseState): void => {
    display.show(state);
    timer.arm(earlierOf(nextWakeAt(state), display.dueAt()));
  };

  const storedBefore = start.type === 'open' ? 0 : start.state.seq;
  const queue = createProjectionQueue(lasting, storedBefore, () => effects.underWay(), {
    stored: (caused) => effects.start(caused),
    ahead: ({ state: { run: note, ...state }, policy }, storedSeq, dropped) => {
      log.warn('Goes on from what this run stored in a task that was lost.', { seq: state.seq });
      const commands = dropped.flatMap(({ command }) => (command === undefined ? [] : [command]));
      if (!live.goOnFrom({ state, policy }, storedSeq, commands)) {
        stopDiverged();
        return;
      }
      effects.start(note?.effects ?? []);
      follow(live.state());
    },
    diverged: stopDiverged,
    broken,
  });

  const wake = async (): Promise<void> => {
    await roomForMore();
    if (!run.diverged) {
      live.wake();
      follow(live.state());
    }
  };
  const timer = createWakeTimer(lasting, wake, broken);

  const effects = createEffectsRunner(
    (caused) => effectCommand(caused, live.compiled(), live.state()),
    async (command) => {
      await roomForMore();
      const refusal = run.diverged || live.answered(command.id) ? undefined : live.take(command);
      if (refusal) {
        log.info('The case has no use for what came of an effect.', { code: refusal.code, id: command.id });
      }
    },
    broken,
  );

  let steps = 0;
  const live = createLiveCase(compiled, first, carried.answers, (step, command) => {
    steps += step.entries.length > 0 ? 1 : 0;
    queue.push(command === undefined ? step : { ...step, command });
    follow(step.state);
  });
  effects.start(carried.effects);

  const run: CaseRun = {
    ...{ live, queue, effects, until },
    diverged: false,
    ending: false,
    steps: () => steps,
  };
  return run;
};

/** What a lost run had under way beside services and assignments, which the kernel's own recovery asks for again. */
const lostEffects = (start: CaseInput['start']): CausedEffect[] =>
  start.type === 'recover'
    ? (start.state.run?.effects ?? []).filter(({ effect }) => /^(startCase|tellCase)$/.test(effect.type))
    : [];

const earlierOf = (left: string | null, right: string | null): string | null =>
  left === null || right === null ? (left ?? right) : left < right ? left : right;
