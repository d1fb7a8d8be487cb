import { ApplicationFailure } from '@temporalio/common';
import { type Compiled, compile } from '../machines/kernel/compile.ts';
import type { ExpressionLanguages } from '../machines/kernel/expression.ts';
import { open, reopen } from '../machines/kernel/open.ts';
import { recover } from '../machines/kernel/recover.ts';
import type { Refusal } from '../machines/kernel/refusal.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import type { Step } from '../machines/kernel/step.ts';
import type { CaseInput, StoredState } from './messages.ts';

/** The step with which a run begins, or why it must not. A continued run begins with an empty one. */
export const startStep = (compiled: Compiled, { start }: CaseInput, now: string): Step | Refusal => {
  switch (start.type) {
    case 'open':
      return open(compiled, start.opening, now);
    case 'reopen':
      return reopen(compiled, caseOf(start.state), start.reopening, now);
    case 'recover':
      return recover(compiled, caseOf(start.state), start.recovery, now);
    case 'continue':
      return { state: start.state, entries: [], effects: [] };
  }
};

const caseOf = ({ run: _, ...state }: StoredState): CaseState => state;

/**
 * Compiles what the run starts from.
 * @throws ApplicationFailure where a definition that nobody judged does not compile: the run ends, it cannot be helped
 */
export const compileStart = (input: CaseInput, languages?: ExpressionLanguages): Compiled => {
  try {
    return compile(input.compile, languages);
  } catch (error) {
    if (input.start.type === 'continue') {
      // It compiled before: another worker build may bring it back.
      throw error;
    }
    throw ApplicationFailure.nonRetryable(
      `The definition ${input.compile.ref.id}@${input.compile.ref.version} does not compile.`,
      'DEFINITION_INVALID',
    );
  }
};
