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
  // One for all: outside the scope of whoever asks for a timer, for a handler that has ended must not take it along.
  const lasting = new CancellationScope({ cancellable: false });

  const start = async (atMs: number): Promise<void> => {
    await sleep(Math.max(atMs - Date.now(), 1));
    armed = undefined;
    await lasting.run(fire);
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
      const scope = new CancellationScope({ cancellable: true, parent: lasting });
      armed = { atMs, scope };
      scope
        .run(() => start(atMs))
        .catch((error: Error) => {
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
