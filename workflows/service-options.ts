import type { ActivityOptions } from '@temporalio/common';
import type { ServiceDefinition } from '../machines/kernel/definition.ts';
import { parseDuration, toMilliseconds } from '../machines/kernel/duration.ts';

const defaults = { timeout: 'PT30S', attempts: 5, firstDelay: 'PT1S', factor: 2 } as const;

/** How Temporal runs a service, as its definition says; undefined where a length in it is none. */
export const serviceOptions = ({
  activity,
  timeout,
  retry,
}: ServiceDefinition): ActivityOptions | undefined => {
  const startToCloseTimeout = lengthMs(timeout ?? defaults.timeout);
  const initialInterval = lengthMs(retry?.firstDelay ?? defaults.firstDelay);
  const maximumInterval = retry?.maxDelay === undefined ? initialInterval : lengthMs(retry.maxDelay);
  if (startToCloseTimeout === undefined || initialInterval === undefined || maximumInterval === undefined) {
    return undefined;
  }
  return {
    startToCloseTimeout,
    summary: activity,
    retry: {
      maximumAttempts: retry?.attempts ?? defaults.attempts,
      initialInterval,
      backoffCoefficient: retry?.factor ?? defaults.factor,
      ...(retry?.maxDelay === undefined ? {} : { maximumInterval }),
    },
  };
};

const lengthMs = (length: string): number | undefined => {
  const parsed = parseDuration(length);
  return parsed && toMilliseconds(parsed);
};
