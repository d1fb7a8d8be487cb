import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Router } from './router.ts';

export interface RunningServer {
  /** The port it listens on; another than asked for where that was 0. */
  port: number;
  /** Takes no new connection, lets requests under way end, and closes what is idle. */
  stop: () => Promise<void>;
}

/** Requests still under way after this are cut off. */
const stopWithinMs = 8_000;
/** Time a client may take to send a whole request. */
const requestWithinMs = 60_000;

/** Serves the API over HTTP. @throws where the address cannot be listened on */
export const startServer = async (
  app: Router,
  { host, port }: { host: string; port: number },
): Promise<RunningServer> => {
  const server = createAdaptorServer({
    fetch: app.fetch,
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
    stop: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), stopWithinMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
};
