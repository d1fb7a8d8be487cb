import { isPlainObject } from './canonical-json.ts';
import type { Facts } from './command.ts';
import type { DeadlineDefinition } from './definition.ts';
import { parseDuration } from './duration.ts';
import { own } from './own.ts';
import type { Run } from './run.ts';

const counts: readonly DeadlineDefinition['count'][] = [
  'calendar-days',
  'business-days',
  'business-hours',
  'elapsed',
];

/**
 * What a company promise is while surge mode is on, as the command that starts it says; undefined where it says nothing.
 * What law or a regulator asks is never another length, nor is what a clock profile has shortened.
 */
export const surgeRule = (
  { state, compiled }: Run,
  name: string,
  definition: DeadlineDefinition,
  facts: Facts,
): DeadlineDefinition | undefined => {
  const surge: unknown = facts.surge;
  const promises = isPlainObject(surge) ? surge.promises : undefined;
  const promise = isPlainObject(promises) ? own(promises, name) : undefined;
  const isScaled = state.profile !== undefined && state.profile === compiled.input.clockProfile?.id;
  const isOurs = definition.source.kind === 'company promise' && definition.perStep === undefined;
  if (!isPlainObject(promise) || !isOurs || isScaled || state.mode === 'historical') {
    return undefined;
  }
  const { limit, count } = promise;
  const counted = counts.find((each) => each === count);
  return typeof limit === 'string' && parseDuration(limit) !== undefined && counted !== undefined
    ? { ...definition, limit, count: counted }
    : undefined;
};
