import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { type SendRequest, sendUntilAnswered } from '../replay/case-api.ts';
import { type ReplayFigures, replayPlans } from '../replay/replay-plans.ts';
import { demoCases, planDemo } from './plan-demo.ts';

export type FilledDemo = ReplayFigures & {
  /** Numbers of the complaints on the short clock. */
  readonly onShortClock: readonly string[];
};

/** Several people work at the same time, each on a case. */
const peopleAtOnce = 10;

/** Makes the demonstration's cases; undefined, and nothing made, where the tenant has cases already. */
export const fillDemo = async (
  send: SendRequest,
  { count = demoCases, nowMs, signal }: { count?: number; nowMs: number; signal?: AbortSignal },
): Promise<FilledDemo | undefined> => {
  const { body } = await sendUntilAnswered(send, {
    person: 'admin',
    method: 'GET',
    path: '/v1/cases?limit=1',
  });
  if ((body as { items: unknown[] }).items.length > 0) {
    return undefined;
  }
  const onShortClock: string[] = [];
  const figures = await replayPlans(planDemo(nowMs, generatePolicyBook(), count), {
    send,
    mode: 'live',
    width: peopleAtOnce,
    onCase: ({ opening }, { number }) => {
      if (opening.body.profile === 'demo') {
        onShortClock.push(number);
      }
    },
    ...(signal === undefined ? {} : { signal }),
  });
  return { ...figures, onShortClock };
};
