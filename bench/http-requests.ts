import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { JsonObject } from '../machines/kernel/json.ts';
import { type Lifecycle, timed } from './clients.ts';
import { lifecycleDocument, lifecycleEvents, openingData } from './lifecycle.ts';

/** Sends a request and returns the answer's JSON. @throws Error unless it was accepted */
export type Call = (method: 'GET' | 'POST', path: string, body?: JsonObject) => Promise<JsonObject>;

/** Sends requests for somebody. Keeps its connections open, as a person's browser would; one that the server closed just then is not a failure. */
export const caller = (
  { baseUrl, token }: { baseUrl: string; token: string },
  statuses: readonly number[] = [200, 201],
): Call => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return async (method, path, body) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${token}`,
      ...(text === undefined
        ? {}
        : {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
            'idempotency-key': randomUUID(),
          }),
    };
    const once = (): Promise<JsonObject> =>
      requestOnce(agent, `${baseUrl}${path}`, { method, headers, text, statuses });
    return once().catch((error: unknown) => {
      if (error instanceof ClosedWhileIdle) {
        return once();
      }
      throw error;
    });
  };
};

class ClosedWhileIdle extends Error {}

interface Wanted {
  method: string;
  headers: Record<string, string | number>;
  text: string | undefined;
  /** Others are failures. */
  statuses: readonly number[];
}

const requestOnce = (
  agent: Agent,
  url: string,
  { method, headers, text, statuses }: Wanted,
): Promise<JsonObject> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8');
        const { statusCode = 0 } = response;
        if (statuses.includes(statusCode)) {
          resolve(JSON.parse(answer));
        } else {
          reject(new Error(`${method} ${url}: ${statusCode} ${answer.slice(0, 500)}`));
        }
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      reject(sent.reusedSocket && error.code === 'ECONNRESET' ? new ClosedWhileIdle() : error),
    );
    sent.end(text);
  });

/** Opens a case of the benchmark's definition and returns its id. */
export const openOverHttp = async (call: Call): Promise<string> => {
  const { caseId } = await call('POST', '/v1/cases', { definition: lifecycleDocument.id, data: openingData });
  return String(caseId);
};

/** Sends the lifecycle's event of this number, from 0. */
export const sendOverHttp = async (call: Call, caseId: string, index: number): Promise<void> => {
  const next = lifecycleEvents[index];
  if (!next) {
    throw new RangeError(`The lifecycle has no event ${index}.`);
  }
  const { event: type, data } = next;
  await call('POST', `/v1/cases/${caseId}/events`, { type, ...(data === undefined ? {} : { data }) });
};

/** The lifecycle as a handler's browser would send it: rights, idempotency, facts, projection and entries included. */
export const httpLifecycle =
  (call: Call): Lifecycle =>
  async (_caseId, note) => {
    let caseId = '';
    note(
      await timed(async () => {
        caseId = await openOverHttp(call);
      }),
    );
    for (const index of lifecycleEvents.keys()) {
      note(await timed(() => sendOverHttp(call, caseId, index)));
    }
  };
