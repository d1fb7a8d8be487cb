import { Refused } from './problem.ts';

/** @throws Refused where the world cannot have done it yet */
export const requirePast = (at: string | undefined, nowMs: number, pointer = '/occurredAt'): void => {
  if (at !== undefined && Date.parse(at) > nowMs) {
    throw new Refused('TIME_INVALID', 'That lies in the future.', {
      errors: [{ pointer, message: 'must not be later than now' }],
    });
  }
};
