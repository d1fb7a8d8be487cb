import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Json } from '../../machines/kernel/json.ts';

export interface Received {
  method: string;
  /** Path and query, as sent. */
  url: string;
  headers: IncomingMessage['headers'];
  body: Json;
}

/** Status and JSON body; or a function that answers in its own way, or never. */
export type Reply = { status: number; body?: Json } | ((response: ServerResponse) => void);

export interface LocalServer {
  url: string;
  received: Received[];
  close: () => Promise<void>;
}

/** A server on a free port of this computer. */
export const localServer = async (
  answer: (request: Received) => Reply | Promise<Reply>,
): Promise<LocalServer> => {
  const received: Received[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await text(request);
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers, body: sent === '' ? null : (JSON.parse(sent) as Json) };
    received.push(seen);
    const reply = await answer(seen);
    if (typeof reply === 'function') {
      reply(response);
    } else {
      response.writeHead(reply.status, { 'content-type': 'application/json' });
      response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
    }
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
