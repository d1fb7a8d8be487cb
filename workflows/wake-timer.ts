import { type CancellationScope, sleep } from '@temporalio/workflow';

export interface WakeTimer {
  /**
   * Sees to it that the case is woken at this instant (RFC 3339; null: nothing is awaited). A timer that is armed for
   * earlier stays: when it fires, what is due is looked up anew.
   */
  arm: (wakeAt: string | null) => void;
}

/**
 * The timers of a case: as a rule one. Pausing and extending deadlines is data and costs no timer. Where something comes
 * due earlier than all that is armed, a further one is: taking the later one back and arming it again would cost more.
 *
 * @param lasting a scope that nobody cancels: a handler that has ended must not take a timer along
 */
export const createWakeTimer = (
  lasting: CancellationScope,
  fire: () => Promise<void>,
  broken: (error: Error) => void,
): WakeTimer => {
  /** Epoch milliseconds, each earlier than the one before it. */
  let armed: number[] = [];

  const start = async (atMs: number): Promise<void> => {
    await sleep(Math.max(atMs - Date.now(), 1));
    armed = armed.filter((other) => other !== atMs);
    await fire();
  };

  return {
    arm: (wakeAt) => {
      const atMs = wakeAt === null ? Number.POSITIVE_INFINITY : Date.parse(wakeAt);
      if (atMs < (armed.at(-1) ?? Number.POSITIVE_INFINITY)) {
        armed.push(atMs);
        lasting.run(() => start(atMs)).catch(broken);
      }
    },
  };
};
