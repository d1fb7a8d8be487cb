import { StoreUnavailable } from '../db/failure.ts';
import type { Store } from '../db/open.ts';
import type { OutboxRow } from '../db/schema/outbox.ts';
import { takeDeliveries } from '../db/write/outbox.ts';

/** Starts one delivery and returns when it has been handed over; the outbox's row tells how it ended. */
export type Deliveries = (row: OutboxRow) => Promise<void>;

export interface Relay {
  /** Looks at the outbox at once: something was just written to it. */
  nudge: () => void;
  /** Takes no more, and waits for what it has taken. */
  stop: () => Promise<void>;
}

const pollEveryMs = 1_000;
const atOnceMax = 20;

/** Reads the outbox and starts each message that is due, until stopped. */
export const startRelay = (store: Store, deliver: Deliveries, say: (line: string) => void): Relay => {
  let stopped = false;
  let wake: () => void = () => undefined;

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pollEveryMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const deliverDue = async (): Promise<number> => {
    const rows = await takeDeliveries(store, { limit: atOnceMax });
    await Promise.all(rows.map(deliver));
    return rows.length;
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      let count = 0;
      try {
        count = await deliverDue();
      } catch (error) {
        // Rows that were taken come back by themselves; while the store is away there is nothing to be had.
        if (!(error instanceof StoreUnavailable)) {
          say(`relay: ${error instanceof Error ? error.name : 'unknown error'}`);
        }
      }
      if (count < atOnceMax && !stopped) {
        await pause();
      }
    }
  };
  const ended = run();

  return {
    nudge: () => wake(),
    stop: async () => {
      stopped = true;
      wake();
      await ended;
    },
  };
};
