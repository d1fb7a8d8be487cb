import type { Json } from '../../machines/kernel/json.ts';
import type { HttpRequest } from './http-request.ts';
import { type Asked, PortFailure } from './port-failure.ts';

export interface Limits {
  /** Milliseconds for the whole exchange, the answer's body included. */
  timeoutMs: number;
  /** Bytes of the answer, decompressed. */
  answerBytesMax: number;
}

export interface HttpAnswer {
  status: number;
  /** The body's text; empty where `wantsBody` said no. */
  text: string;
}

/**
 * Sends one request and reads its answer within time and size. Redirects are not followed: the address that was
 * configured and checked is the only one that gets personal values.
 * @throws PortFailure
 */
export const exchange = async (
  request: HttpRequest,
  { timeoutMs, answerBytesMax }: Limits,
  wantsBody: (status: number) => boolean,
  asked: Asked,
): Promise<HttpAnswer> => {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'manual',
      signal,
    });
    const { status } = response;
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      throw new PortFailure(asked, 'PORT_REDIRECTED', `HTTP ${status}, redirects are not followed`, status);
    }
    if (!wantsBody(status)) {
      await response.body?.cancel();
      return { status, text: '' };
    }
    return { status, text: await readText(response, answerBytesMax, asked) };
  } catch (error) {
    if (error instanceof PortFailure) throw error;
    throw signal.aborted
      ? new PortFailure(asked, 'PORT_TIMEOUT', `no answer within ${timeoutMs} ms`)
      : new PortFailure(asked, 'PORT_UNAVAILABLE', 'not reached, or the connection broke');
  }
};

const readText = async (response: Response, answerBytesMax: number, asked: Asked): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > answerBytesMax) {
      throw new PortFailure(asked, 'PORT_ANSWER_TOO_LARGE', `the answer exceeds ${answerBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** The answer's JSON. @throws PortFailure `PORT_ANSWER_INVALID` */
export const parseAnswer = ({ status, text }: HttpAnswer, asked: Asked): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new PortFailure(asked, 'PORT_ANSWER_INVALID', 'the answer is no JSON', status);
  }
};
