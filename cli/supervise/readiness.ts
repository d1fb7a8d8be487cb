import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isReadyMessage } from './supervised.ts';

const pollEveryMs = 100;
const answerWithinMs = 2_000;
const sayAfterMs = 30_000;

/** Resolves when the child says that it is ready; stays open when it ends first. */
export function readyByMessage(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      if (isReadyMessage(message)) {
        child.off('message', onMessage);
        resolve();
      }
    };
    child.on('message', onMessage);
  });
}

/** Resolves when `url` answers 200; stays open when the child ends first. Says what it waits for every 30 s. */
export async function readyByHttp(
  url: string,
  ended: AbortSignal,
  say: (sentence: string) => void,
): Promise<void> {
  let sayAtMs = performance.now() + sayAfterMs;
  while (!ended.aborted) {
    const answer = await ask(url);
    if (answer === 'ready') {
      return;
    }
    if (performance.now() > sayAtMs) {
      say(`Still waiting for ${url}: ${answer}`);
      sayAtMs = performance.now() + sayAfterMs;
    }
    await sleep(pollEveryMs);
  }
  await new Promise<never>(() => undefined);
}

async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    return response.status === 200 ? 'ready' : `${response.status} ${(await response.text()).slice(0, 500)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}
