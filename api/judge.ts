import type { Refusal } from '../machines/kernel/refusal.ts';
import type { Outcome } from '../workflows/client/outcome.ts';
import type { Answer } from '../workflows/messages.ts';
import { framesOf } from './error-frames.ts';
import { OutcomeUnknown } from './idempotency.ts';
import { Condition, Refused } from './problem.ts';
import type { Services } from './services.ts';

/** The kernel's refusal as the API throws it. */
export const refusedBy = ({ code, detail, allowed, errors }: Refusal): Refused =>
  new Refused(code, detail, {
    allowed,
    ...(errors === undefined
      ? {}
      : { errors: errors.map(({ pointer, message }) => ({ pointer: `/data${pointer}`, message })) }),
  });

/** Asks the engine. What it throws leaves open whether the command was taken. @throws OutcomeUnknown */
export const askEngine = async <T>(
  services: Services,
  { requestId }: { requestId: string },
  ask: () => Promise<T>,
): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    services.log({
      level: 'error',
      message: 'The engine failed',
      requestId,
      ...framesOf(error),
    });
    throw new OutcomeUnknown('The engine failed, so it is not known whether this was done.');
  }
};

/** The answer of an accepted command. @throws Refused, Condition */
export const acceptedAnswer = (outcome: Outcome): Answer => {
  switch (outcome.type) {
    case 'answered':
      return outcome.answer;
    case 'refused':
      throw refusedBy(outcome.refusal);
    case 'condition':
      throw conditionOf(outcome.code);
  }
};

/** Why the engine did not judge the command. */
export const conditionOf = (code: Extract<Outcome, { type: 'condition' }>['code']): Condition => {
  switch (code) {
    case 'PROJECTION_BEHIND':
      return new Condition(code, 'Earlier commands to this case are not stored yet.', { retryAfterS: 2 });
    case 'CASE_BUSY':
      return new Condition(code, 'Too many commands to this case are under way.', { retryAfterS: 1 });
    case 'TRAIL_DIVERGED':
      return new Condition(code, 'The store holds another history of this case; an operator must look.', {
        retryAfterS: 60,
      });
    case 'CASE_NOT_RUNNING':
      return new Condition(code, 'The case is open, but nothing runs it; an operator must recover it.', {
        retryAfterS: 60,
      });
    case 'ENGINE_UNAVAILABLE':
      return new OutcomeUnknown(
        'The engine did not answer in time, so it is not known whether this was done.',
      );
  }
};
