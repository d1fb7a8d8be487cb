import { setTimeout as sleep } from 'node:timers/promises';

/** One request to the public API, in the name of a person. */
export type ApiRequest = {
  readonly person: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Idempotency key; for POST. */
  readonly key?: string;
};

export type ApiAnswer = {
  readonly status: number;
  /** `Retry-After`, where the answer has one. */
  readonly retryAfterS?: number;
  /** The JSON, or null. */
  readonly body: unknown;
};

/** Sends a request once. Rejects where no answer comes. */
export type SendRequest = (request: ApiRequest, signal?: AbortSignal) => Promise<ApiAnswer>;

/** An answer that did come, and how long the attempt that brought it took. */
export type Answered = ApiAnswer & { readonly latencyMs: number; readonly retries: number };

/** Waiting longer than this for an API that is away or busy is giving up. */
const patienceMs = 120_000;
const waitMinMs = 250;
const waitMaxMs = 10_000;

/** Conditions that pass: too many requests, busy or away, and a first request with the same key still under way. */
const passes = ({ status, body }: ApiAnswer): boolean =>
  status === 429 || status === 503 || (status === 409 && codeOf(body) === 'IN_PROGRESS');

/**
 * Sends a request until it is answered for good, as often as the API asks for it, always with the same key.
 *
 * @throws Error when the API stays away for two minutes, or `signal` says to stop while it is away
 */
export const sendUntilAnswered = async (
  send: SendRequest,
  request: ApiRequest,
  signal?: AbortSignal,
): Promise<Answered> => {
  const givesUpAtMs = performance.now() + patienceMs;
  for (let retries = 0; ; retries++) {
    const startedAtMs = performance.now();
    const answer = await send(request).catch((error: unknown) => error);
    const isAnswer = !(answer instanceof Error);
    if (isAnswer && !passes(answer as ApiAnswer)) {
      return { ...(answer as ApiAnswer), latencyMs: performance.now() - startedAtMs, retries };
    }
    if (performance.now() > givesUpAtMs || signal?.aborted) {
      const reason = isAnswer ? `answers ${(answer as ApiAnswer).status}` : answer.message;
      throw new Error(`The API does not take requests (${reason}).`);
    }
    const asked = isAnswer ? ((answer as ApiAnswer).retryAfterS ?? 0) * 1_000 : 0;
    const own = Math.min(waitMinMs * 2 ** Math.min(retries, 10), waitMaxMs);
    await sleep(asked > 0 ? Math.min(asked, waitMaxMs) : own);
  }
};

/** The code of a problem document; undefined where the body is none. */
export const codeOf = (body: unknown): string | undefined => {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  return typeof code === 'string' ? code : undefined;
};
