import { repeatRound } from '../../activities/repeat-round.ts';
import { StoreUnavailable } from '../../db/failure.ts';
import type { Store } from '../../db/open.ts';
import { endContact, keepContact } from '../../db/own/worker-contacts.ts';
import { freeMessages } from '../../db/write/free-messages.ts';
import { type Contact, knownUntilMs, nextContact, silentAfterMs } from './contact.ts';

export interface StepParts {
  store: Store;
  /** Of this process alone. */
  workerId: string;
  /** Whether Temporal answers. */
  reaches: () => Promise<boolean>;
  /** Tells the runs of all cases that were written to since (epoch milliseconds) what the store has. */
  tell: (sinceMs: number, signal: AbortSignal) => Promise<void>;
  /** Epoch milliseconds. */
  now: () => number;
  everyMs: number;
  say: (line: string) => void;
}

export interface InStep {
  /** @param drained everything that this worker had under way has ended well; else its sign of life stays, for another */
  stop: (drained: boolean) => Promise<void>;
}

/**
 * Sees to it that no case waits for what its run does not know although the store has it: after a worker died, or
 * Temporal was away. Each worker leaves signs of life in the store; who finds one that has grown old takes it over, and the
 * messages that it had taken go out. Await it before the worker takes work.
 *
 * @throws StoreUnavailable
 */
export const keepInStep = async (parts: StepParts): Promise<InStep> => {
  const { store, workerId, reaches, tell, now, everyMs, say } = parts;
  const beganAtMs = now();
  const signAt = async (atMs: number): Promise<number | undefined> => {
    const sign = { workerId, aliveAtMs: atMs, knownUntilMs: knownUntilMs(contact) };
    const leftSinceMs = await keepContact(store, sign, atMs - silentAfterMs);
    if (leftSinceMs !== undefined) {
      await freeMessages(store, { workerId, beganAtMs, nowMs: atMs });
    }
    return leftSinceMs;
  };
  let contact: Contact = { reachedAtMs: beganAtMs, owedSinceMs: undefined };
  contact = { ...contact, owedSinceMs: await signAt(contact.reachedAtMs) };
  let telling: Promise<void> | undefined;

  const tellSince = async (owedSinceMs: number, signal: AbortSignal): Promise<void> => {
    await tell(owedSinceMs, signal);
    // Where Temporal went away meanwhile, some were not told.
    if (!signal.aborted && contact.owedSinceMs === owedSinceMs && (await reaches())) {
      contact = { ...contact, owedSinceMs: undefined };
    }
  };

  const round = async (signal: AbortSignal): Promise<void> => {
    const reached = await reaches();
    const atMs = now();
    const leftSinceMs = await signAt(atMs);
    contact = nextContact(contact, { atMs, reached, leftSinceMs });
    if (reached && contact.owedSinceMs !== undefined) {
      telling ??= tellSince(contact.owedSinceMs, signal)
        .catch(() => say('The store could not be asked what was written last; it is asked again.'))
        .finally(() => {
          telling = undefined;
        });
    }
  };

  const rounds = repeatRound(round, { what: 'contact with Temporal', everyMs, say });
  return {
    stop: async (drained) => {
      await rounds.stop();
      await telling;
      const isKnown = contact.owedSinceMs === undefined && now() - contact.reachedAtMs <= silentAfterMs;
      if (drained && isKnown && (await reaches())) {
        await endContact(store, workerId).catch((error: unknown) => {
          // A sign that stays has some cases told what they know.
          if (!(error instanceof StoreUnavailable)) throw error;
        });
      }
    },
  };
};
