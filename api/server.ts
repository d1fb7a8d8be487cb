import type { IncomingMessage, Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import type { Router } from './router.ts';

export interface RunningServer {
  /** The port it listens on; another than asked for where that was 0. */
  port: number;
  /** Takes no new connection, and lets requests under way end, also those whose client has gone. */
  stop: () => Promise<void>;
}

/** Requests still under way after this are cut off, first their connections, then their work. */
const stopWithinMs = 4_000;
/** Time a client may take to send a whole request. */
const requestWithinMs = 60_000;

/** Serves the API over HTTP. @throws where the address cannot be listened on */
export const startServer = async (
  app: Router,
  { host, port }: { host: string; port: number },
): Promise<RunningServer> => {
  const underWay = new Set<Promise<Response>>();
  const server = createAdaptorServer({
    fetch: async (request, { incoming }) => {
      const answer = Promise.resolve(app.fetch(request, { incoming: incoming as IncomingMessage }));
      underWay.add(answer);
      try {
        return await answer;
      } finally {
        underWay.delete(answer);
      }
    },
    hostname: host,
    serverOptions: { requestTimeout: requestWithinMs },
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), stopWithinMs);
      await closed;
      clearTimeout(cut);
      // A client that went away closes its connection, not the work it has asked for.
      await Promise.race([Promise.allSettled(underWay), delay(stopWithinMs, undefined, { ref: false })]);
    },
  };
};
