import { condition, defineUpdate, setHandler } from '@temporalio/workflow';

export const ping = defineUpdate<string>('ping');

const loop = (): never => {
  for (;;) {
    // On purpose: nothing but a watchdog ends it.
  }
};

/** Never gives its turn back. */
export async function loops(): Promise<void> {
  loop();
}

/** Never gives its turn back once what it awaited has come. */
export async function loopsAfterWaiting(): Promise<void> {
  let awaited = false;
  Promise.resolve()
    .then(() => {
      awaited = true;
    })
    .catch(() => undefined);
  await condition(() => awaited);
  loop();
}

/** Answers pings. */
export async function answers(): Promise<void> {
  setHandler(ping, () => 'pong');
  await condition(() => false);
}
