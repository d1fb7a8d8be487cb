import { setHandler } from '@temporalio/workflow';
import type { Command } from '../machines/kernel/command.ts';
import type { Refusal } from '../machines/kernel/refusal.ts';
import type { CaseRun } from './case-run.ts';
import { conditionFailure, refusedFailure } from './failures.ts';
import { type Answer, commandUpdate, startedUpdate, stateQuery, syncUpdate } from './messages.ts';

/**
 * Lets commands in. Each is judged by a validator, whose refusal leaves no trace in history, and taken by its handler
 * at once, before anything is awaited: so both see the same case, and no lock is needed.
 */
export const handleCommands = (run: CaseRun): void => {
  const { live, queue } = run;

  setHandler(stateQuery, () => live.state());

  setHandler(startedUpdate, (commandId) => answerTo(run, commandId), {
    validator: (commandId) => {
      checkCondition(run);
      if (!live.answered(commandId)) {
        throw refusedFailure(startedByAnother);
      }
    },
  });

  setHandler(
    syncUpdate,
    async () => {
      queue.lookUp(live.state());
      await run.until(() => queue.isSettled() || queue.behind() || run.diverged);
    },
    {
      validator: (seq) => {
        checkCondition(run);
        if (queue.storedSeq() >= seq || queue.behind()) {
          throw conditionFailure('inStep');
        }
      },
    },
  );

  setHandler(
    commandUpdate,
    (command) => {
      if (!live.answered(command.id) && live.take(command)) {
        throw new Error('A command was accepted and then refused.');
      }
      return answerTo(run, command.id);
    },
    {
      validator: (command) => {
        checkCondition(run);
        if (live.answered(command.id)) {
          return;
        }
        if (queue.behind()) {
          throw conditionFailure('behind');
        }
        const refusal = isOfEngine(command) ? reservedToEngine : live.judge(command);
        if (refusal) {
          throw refusedFailure(refusal);
        }
      },
    },
  );
};

/** Answers every command with the refusal of the start, in a run that is about to end. */
export const refuseCommands = (refusal: Refusal): void => {
  const refuse = (_sent: unknown): Answer => {
    throw refusedFailure(refusal);
  };
  const validator = (sent: unknown): void => {
    refuse(sent);
  };
  setHandler(startedUpdate, refuse, { validator });
  setHandler(commandUpdate, refuse, { validator });
};

const checkCondition = ({ diverged, ending }: CaseRun): void => {
  if (diverged) {
    throw conditionFailure('diverged');
  }
  if (ending) {
    throw conditionFailure('ending');
  }
};

/** Waits until the store has what the command did, or is known not to have it soon. */
const answerTo = (run: CaseRun, commandId: string): Promise<Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  run.queue.watch(() => {
    const answer = answerNow(run, commandId);
    if (answer instanceof Error) {
      reject(answer);
    } else if (answer !== undefined) {
      resolve(answer);
    }
    return answer !== undefined;
  });
  return promise;
};

/** The answer, or the failure that is one; undefined as long as the store may still take the command. */
const answerNow = ({ live, queue, diverged }: CaseRun, commandId: string): Answer | Error | undefined => {
  // Where the command stands may change while it waits: after a crash the run may find that it stored another order.
  const answered = live.answered(commandId);
  const projected = answered !== undefined && queue.storedSeq() >= answered.seq;
  if (!projected && answered !== undefined && !queue.behind() && !diverged) {
    return undefined;
  }
  if (diverged && !projected) {
    return conditionFailure('diverged');
  }
  if (!answered) {
    const refusal = live.refusalOf(commandId);
    return refusal ? refusedFailure(refusal) : new Error('A command was accepted and not taken.');
  }
  return { caseId: live.state().caseId, ...answered, projected };
};

const isOfEngine = ({ type }: Command): boolean => type === 'service' || type === 'failure';

const reservedToEngine: Refusal = {
  refused: true,
  code: 'EVENT_NOT_ALLOWED',
  detail: 'What came of an effect is reported by the engine itself.',
  allowed: [],
};

const startedByAnother: Refusal = {
  refused: true,
  code: 'REOPEN_NOT_ALLOWED',
  detail: 'The case is open; another command opened it.',
  allowed: [],
};
