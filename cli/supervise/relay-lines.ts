import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Passes a child's output on, each line behind its name, as long as `wanted` says so. */
export function relayLines(
  name: string,
  from: Readable | null,
  write: (line: string) => void,
  wanted: (line: string) => boolean,
): void {
  if (from === null) {
    return;
  }
  createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    if (wanted(line)) {
      write(`${name.padEnd(8)} | ${line}`);
    }
  });
}
