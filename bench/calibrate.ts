import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const page = Buffer.alloc(4096, 1);

/** Appends of one page, each synced to disk, that this folder's disk takes in a second. */
export const fdatasyncPerS = (folder: string, { forMs }: { forMs: number }): number => {
  const file = openSync(join(folder, 'sync-probe'), 'a');
  try {
    return perSecond(forMs, 1, () => {
      writeSync(file, page);
      fdatasyncSync(file);
    });
  } finally {
    closeSync(file);
  }
};

const turnsPerBatch = 100_000;

/** Millions of turns per second that one core makes of a loop of integer arithmetic. */
export const coreLoopMPerS = ({ forMs }: { forMs: number }): number => {
  let x = 1;
  const rate = perSecond(forMs, turnsPerBatch, () => {
    for (let i = 0; i < turnsPerBatch; i += 1) {
      x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
    }
  });
  // The result is used, so that the loop cannot be left out.
  return x === 0 ? 0 : rate / 1_000_000;
};

const perSecond = (forMs: number, each: number, work: () => void): number => {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < forMs) {
    work();
    done += each;
  }
  return (done * 1000) / (performance.now() - start);
};
