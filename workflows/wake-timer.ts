import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

export interface WakeTimer {
  /**
   * Sees to it that the case is woken at this instant (RFC 3339; null: nothing is awaited). A timer that is armed for
   * earlier stays: when it fires, what is due is looked up anew.
   */
  arm: (wakeAt: string | null) => void;
  stop: () => void;
}

/** The one timer of a case. Pausing and extending deadlines is data and costs no timer. */
export const createWakeTimer = (fire: () => Promise<void>, broken: (error: Error) => void): WakeTimer => {
  let armed: { atMs: number; scope: CancellationScope } | undefined;

  const start = async (atMs: number): Promise<void> => {
    await sleep(Math.max(atMs - Date.now(), 1));
    armed = undefined;
    await CancellationScope.nonCancellable(fire);
  };

  return {
    arm: (wakeAt) => {
      if (wakeAt === null) {
        return;
      }
      const atMs = Date.parse(wakeAt);
      if (armed && armed.atMs <= atMs) {
        return;
      }
      armed?.scope.cancel();
      // Outside the scope of whoever asked for it: a handler that has ended must not take the timer along.
      CancellationScope.nonCancellable(() => {
        const scope = new CancellationScope();
        armed = { atMs, scope };
        return scope.run(() => start(atMs));
      }).catch((error: Error) => {
        if (!isCancellation(error)) {
          broken(error);
        }
      });
    },
    stop: () => {
      armed?.scope.cancel();
      armed = undefined;
    },
  };
};
