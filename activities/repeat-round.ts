import { StoreUnavailable } from '../db/failure.ts';

export interface Repeated {
  /** Begins no more rounds, and waits for the one that runs. */
  stop: () => Promise<void>;
}

/**
 * Does a round again and again, until stopped; a round may heed the signal, and end before its time. One that fails is told of by its name and done again: while the store is
 * away there is nothing to be had.
 */
export const repeatRound = (
  round: (signal: AbortSignal) => Promise<unknown>,
  { what, everyMs, say }: { what: string; everyMs: number; say: (line: string) => void },
): Repeated => {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await round(stopping.signal);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) {
          say(`${what}: ${error instanceof Error ? error.name : 'unknown error'}`);
        }
      }
      await pause(everyMs, stopping.signal);
    }
  };
  const ended = run();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
