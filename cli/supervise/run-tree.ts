import type { SupervisedChild } from './child.ts';

export type Tree = {
  /** Started one group after the other, the children of a group together. */
  readonly groups: readonly (readonly SupervisedChild[])[];
  /** Stopped one after the other, in this order. */
  readonly stopOrder: readonly SupervisedChild[];
  readonly say: (sentence: string) => void;
  /** Called once everything is ready. */
  readonly onReady: () => void;
};

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Ctrl-C reaches us from the terminal, from npm and from our own wrapper: signals this close are one. */
export const sameSignalWithinMs = 1_500;

/**
 * Starts the tree, keeps it running until a signal asks for the end, and stops it in order. A second signal, later
 * than 1.5 s after the first, kills what is left.
 *
 * @throws CommandError when something cannot start; what had started is stopped then
 */
export async function runTree(tree: Tree): Promise<void> {
  const asked = Promise.withResolvers<void>();
  let askedAtMs: number | undefined;
  const onSignal = (): void => {
    if (askedAtMs === undefined) {
      askedAtMs = performance.now();
      asked.resolve();
    } else if (performance.now() - askedAtMs > sameSignalWithinMs) {
      tree.say('Killing what is left.');
      for (const child of tree.stopOrder) {
        child.kill();
      }
    }
  };
  for (const signal of stopSignals) {
    process.on(signal, onSignal);
  }

  try {
    const ready = startGroups(tree).then(() => {
      if (askedAtMs === undefined) {
        tree.onReady();
      }
    });
    await Promise.race([asked.promise, ready]);
    await asked.promise;
    tree.say('Stopping.');
    ready.catch(() => undefined); // A start that the stop cuts short is no failure.
  } finally {
    for (const child of tree.stopOrder) {
      await child.stop();
    }
    for (const signal of stopSignals) {
      process.off(signal, onSignal);
    }
  }
  tree.say('Stopped.');
}

async function startGroups(tree: Tree): Promise<void> {
  for (const group of tree.groups) {
    await Promise.all(group.map((child) => child.start()));
  }
}
