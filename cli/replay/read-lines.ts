import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** The lines of a file of JSON lines, one value each; a name that ends in `.gz` is unpacked. @throws SyntaxError */
export async function* readJsonLines(file: string): AsyncGenerator<{ line: number; value: unknown }> {
  const stream = createReadStream(file);
  const unpacked = file.endsWith('.gz') ? stream.pipe(createGunzip()) : stream;
  // Without this a missing or damaged file would end the process instead of this generator.
  const failed = new Promise<never>((_resolve, reject) => {
    stream.once('error', reject);
    unpacked.once('error', reject);
  });
  failed.catch(() => undefined);
  const lines = createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  try {
    for (let line = 1; ; line++) {
      const next = await Promise.race([lines.next(), failed]);
      if (next.done) {
        return;
      }
      if (next.value.trim() !== '') {
        yield { line, value: JSON.parse(next.value) };
      }
    }
  } finally {
    stream.destroy();
    unpacked.destroy();
  }
}
