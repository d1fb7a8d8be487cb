import { ApplicationFailure } from '@temporalio/common';
import type { Refusal } from '../machines/kernel/refusal.ts';
import { failureTypes } from './messages.ts';

/** A refusal as an update's failure; the command's sender finds it among the details. */
export const refusedFailure = (refusal: Refusal): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The case refuses this command.', failureTypes.refused, refusal);

/** A condition as an update's failure: no judgement of the command. */
export const conditionFailure = (
  condition: Exclude<keyof typeof failureTypes, 'refused'>,
): ApplicationFailure => ApplicationFailure.nonRetryable(sentences[condition], failureTypes[condition]);

const sentences = {
  behind: 'Earlier entries of the case are not stored yet.',
  diverged: 'The store holds another history of this case.',
  inStep: 'The run knows of everything that the store has.',
  ending: 'This run of the case goes over into the next one.',
};
