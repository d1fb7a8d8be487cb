import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: between the look and the use, none of those takes it. */
const range = [15_000, 32_000] as const;
const triesMax = 50;

/** A port of 127.0.0.1 that nothing listened at a moment ago. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const port = randomInt(...range);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`No free port in ${triesMax} tries.`);
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => {
      server.close(() => resolve(true));
    });
  });
