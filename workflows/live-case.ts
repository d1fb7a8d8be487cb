import type { Calendar } from '../machines/kernel/calendar.ts';
import type { Command } from '../machines/kernel/command.ts';
import type { Compiled } from '../machines/kernel/compile.ts';
import { compiledAfter } from '../machines/kernel/policy/adopt-policy.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';
import { isRefusal, type Refusal } from '../machines/kernel/refusal.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import { answeredMax, answeredSeq, type Step, step, wake } from '../machines/kernel/step.ts';
import { compiledLike, recompiled, seeCalendars } from './compiled-like.ts';
import type { Answered } from './messages.ts';

/** The case in the memory of its run. */
export interface LiveCase {
  state: () => CaseState;
  compiled: () => Compiled;
  /** What `take` would answer now; changes nothing. */
  judge: (command: Command) => Refusal | undefined;
  /** Takes the case one command further, at once: no other command can come between. */
  take: (command: Command) => Refusal | undefined;
  /** Applies what has come due. */
  wake: () => void;
  /**
   * Goes on from what the store has instead, dropping the steps after `storedSeq`; takes again what was dropped and is
   * not in it. Returns false where the stored case counts with calendars that this run has not seen, or follows a table
   * that is not given.
   */
  goOnFrom: (
    stored: { state: CaseState; policy: Policy | undefined },
    storedSeq: number,
    dropped: Command[],
  ) => boolean;
  /** Why a command that was dropped could not be taken again. */
  refusalOf: (commandId: string) => Refusal | undefined;
  /** The answer that a command got; undefined where the case has not taken it, or has forgotten it. */
  answered: (commandId: string) => Answered | undefined;
  answers: () => { [commandId: string]: Answered };
}

interface Judgement {
  state: CaseState;
  commandId: string;
  at: string;
  compiled: Compiled;
  result: Step | Refusal;
}

/** @param onStep sees every step that changed the case, the first one included */
export const createLiveCase = (
  compiledAtStart: Compiled,
  first: Step,
  answersBefore: { [commandId: string]: Answered },
  onStep: (step: Step, command?: Command) => void,
): LiveCase => {
  let compiled = compiledAtStart;
  let { state } = first;
  let judged: Judgement | undefined;
  const answers = new Map(Object.entries(answersBefore));

  const refusals = new Map<string, Refusal>();
  const seen = new Map<string, Calendar>();

  const accept = (made: Step, command?: Command): void => {
    ({ state } = made);
    onStep(made, command);
  };

  const remember = (commandId: string | undefined): void => {
    if (commandId === undefined) {
      return;
    }
    const { seq, rev, epoch, headHash, status } = state;
    answers.set(commandId, { seq, rev, epoch, headHash, status });
    if (answers.size > answeredMax) {
      answers.delete(answers.keys().next().value as string);
    }
  };

  // The validator has just judged what the handler is to take: the same step is not computed twice. In a replay no
  // validator runs, and the handler computes it itself.
  const judgement = (command: Command): Judgement => {
    const at = new Date().toISOString();
    if (judged?.state === state && judged.commandId === command.id && judged.at === at) {
      return judged;
    }
    const before = command.type === 'recalculate' ? recompiled(compiled, command.calendars) : compiled;
    const result = step(before, state, command, at);
    const made = { state, commandId: command.id, at, compiled: compiledAfter(before, command), result };
    judged = isRefusal(result) ? undefined : made;
    return made;
  };

  if (first.entries.length > 0) {
    remember(state.answered.at(-1)?.[0]);
  }
  seeCalendars(seen, compiled);
  onStep(first);

  const take = (command: Command): Refusal | undefined => {
    const { result, compiled: after } = judgement(command);
    if (isRefusal(result)) {
      return result;
    }
    compiled = after;
    seeCalendars(seen, compiled);
    accept(result, command);
    remember(command.id);
    return undefined;
  };

  return {
    state: () => state,
    compiled: () => compiled,
    judge: (command) => {
      const { result } = judgement(command);
      return isRefusal(result) ? result : undefined;
    },
    take,
    goOnFrom: ({ state: stored, policy }, storedSeq, dropped) => {
      state = stored;
      for (const [id, { seq }] of answers) {
        if (seq > storedSeq) {
          answers.delete(id);
        }
      }
      const pinned = compiledLike(stored, compiled, { seen, policy });
      if (!pinned) {
        return false;
      }
      compiled = pinned;
      for (const command of dropped) {
        const refusal = answeredSeq(state, command.id) === undefined ? take(command) : undefined;
        if (refusal) {
          refusals.set(command.id, refusal);
        }
      }
      return true;
    },
    refusalOf: (commandId) => refusals.get(commandId),
    wake: () => {
      const made = wake(compiled, state, new Date().toISOString());
      if (made.entries.length > 0) {
        accept(made);
      }
    },
    answered: (commandId) => {
      const seq = answeredSeq(state, commandId);
      if (seq === undefined) {
        return undefined;
      }
      const { rev, epoch, headHash, status } = state;
      // Only a run that began from the store can have forgotten more than the seq.
      return answers.get(commandId) ?? { seq, rev, epoch, headHash, status };
    },
    answers: () => Object.fromEntries(answers),
  };
};
