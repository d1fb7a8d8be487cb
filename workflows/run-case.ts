import { CancellationScope, continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ExpressionLanguages } from '../machines/kernel/expression.ts';
import { kernelVersion } from '../machines/kernel/open.ts';
import { isRefusal } from '../machines/kernel/refusal.ts';
import type { CaseActivities } from './activity-contract.ts';
import { type CaseRun, createCaseRun, isIdle, isQuiet } from './case-run.ts';
import { handleCommands, refuseCommands } from './command-handlers.ts';
import { conditionFailure, refusedFailure } from './failures.ts';
import type { CaseInput, CaseLimits } from './messages.ts';
import { compileStart, startStep } from './start-step.ts';

/** Events after which a run continues as new even while effects are under way; they go over into the next one. */
const eventsWithEffectsMax = 8_000;

const { endTask } = proxyActivities<CaseActivities>({ startToCloseTimeout: '10s' });

/**
 * One run of a case: takes commands, wakes it when something comes due, stores what it did, and carries out what it
 * asks for. It ends when the case is closed and all of that is done, or continues as new.
 *
 * Everything up to the handlers is computed before the first await: a command that reached a run without handlers would
 * be rejected.
 *
 * @param languages of the definition's expressions; a released definition has the default only
 */
export const runCase = async (input: CaseInput, languages?: ExpressionLanguages): Promise<void> => {
  const compiled = compileStart(input, languages);
  const first = startStep(compiled, input, new Date().toISOString());
  if (isRefusal(first)) {
    refuseCommands(first);
    throw refusedFailure(first);
  }
  const run = createCaseRun(input, compiled, first);
  handleCommands(run);

  const { start, limits } = input;
  const isStillborn = (): boolean => run.diverged && start.type !== 'continue' && run.queue.isUntouched();
  const isClosed = (): boolean => isIdle(run) && run.live.state().status === 'closed';
  const mayContinue = (): boolean => isQuiet(run) && wantsToContinue(run, limits);
  for (;;) {
    await run.until(() => isStillborn() || isClosed() || mayContinue());
    if (isStillborn()) {
      // Nothing of this run is stored, so there is no case for it to hold up.
      throw conditionFailure('diverged');
    }
    if (isClosed()) {
      return;
    }
    // Continuing in the task that answered a command, the server may hand that command to both runs. The activity makes
    // a later task (a short timer does too, up to a second later), and until then no command is let in.
    run.ending = true;
    await CancellationScope.nonCancellable(endTask);
    if (mayContinue()) {
      await continueAsNew<typeof runCase>(nextInput(run, limits));
    }
    run.ending = false;
  }
};

const wantsToContinue = ({ effects, steps }: CaseRun, limits: CaseLimits | undefined): boolean => {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  const eventsMax = limits?.eventsMax;
  const wanted = eventsMax === undefined ? continueAsNewSuggested : historyLength >= eventsMax && steps() > 0;
  const withEffectsMax = limits?.eventsWithEffectsMax ?? eventsWithEffectsMax;
  return wanted && (effects.underWay().length === 0 || historyLength >= withEffectsMax);
};

const nextInput = ({ live, effects }: CaseRun, limits: CaseLimits | undefined): CaseInput => ({
  compile: live.compiled().input,
  start: {
    type: 'continue',
    // A run keeps to the behaviour of the kernel it began with; the next one begins anew.
    state: { ...live.state(), kernel: kernelVersion },
    carried: { effects: effects.underWay(), answers: live.answers() },
  },
  ...(limits === undefined ? {} : { limits }),
});
