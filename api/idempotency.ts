import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { StoreUnavailable } from '../db/failure.ts';
import { appendRecord } from '../db/own/append-record.ts';
import {
  abandonRequest,
  beginRequest,
  completeRequest,
  isKnownRequest,
  type RequestKey,
  type RequestState,
  releaseRequest,
} from '../db/own/idempotency.ts';
import { fingerprintOf } from '../db/vault/open-vault.ts';
import { canonicalJson } from '../machines/kernel/canonical-json.ts';
import type { Json } from '../machines/kernel/json.ts';
import type { AppEnv } from './env.ts';
import { Condition, Refused } from './problem.ts';
import type { Services } from './services.ts';

/** An answer as it is kept: personal values stand in `body` as references. */
export interface KeptAnswer {
  status: 200 | 201 | 202;
  location?: string;
  /** `rev` of the case. */
  rev?: number;
  /** Absent where the answer is no case. */
  caseId?: string;
  /** Of a 202: what will be readable. */
  seq?: number;
  /** The case after the command, with references, or whatever else was changed; absent in a 202. */
  body?: Json;
}

/** A command that came in under a key. */
export interface CommandRequest {
  /** SHA-256 of tenant, actor, route and key: the command's id. */
  id: string;
  /** Until when the client waits, epoch milliseconds. */
  deadlineMs: number;
  /**
   * Takes the key; to be called before anything is written or sent, at once with the first write, so that both share a
   * transaction. What is judged before leaves no trace but its refusal.
   * @throws Condition where another request has the key; StoreUnavailable
   */
  claim: () => Promise<void>;
}

/** Until when the store may take what must be there before a command is sent; later, nothing is sent. */
export const firstWriteUntilMs = (): number => Date.now() + firstWriteWithinMs;

/** What a refusal is about, for its record. */
export interface Subject {
  kind:
    | 'case'
    | 'task'
    | 'definition'
    | 'tenant'
    | 'person'
    | 'department'
    | 'role'
    | 'authority'
    | 'absence'
    | 'delegation'
    | 'setting'
    | 'service-key';
  id: string;
}

const keyCharsMax = 200;
/** A request's whole time; what is not answered by then may be sent again with the same key. */
const answerWithinMs = 10_000;
const firstWriteWithinMs = 2_000;
/** A worker or server that died is back within seconds; asking again costs nothing. */
const engineBackWithinS = 3;

/**
 * Does a command's work at most once per key. An accepted command's answer is kept, a refused one is recorded and
 * leaves its key free, and one whose outcome is not known keeps it: the same request, sent again, finds out.
 *
 * @param body what tells this request from another one under the same key
 * @param subject what the refusal's record names; called once the refusal is there
 */
export const once = async (
  services: Services,
  c: Context<AppEnv>,
  body: Json,
  subject: () => Subject,
  work: (request: CommandRequest) => Promise<KeptAnswer>,
): Promise<KeptAnswer> => {
  const { store, vault, now } = services;
  const person = c.get('person');
  const { tenant } = person;
  const key = c.req.header('idempotency-key');
  if (key === undefined || key === '' || key.length > keyCharsMax) {
    throw new Condition(
      'IDEMPOTENCY_KEY_MISSING',
      `Send an Idempotency-Key of 1 to ${keyCharsMax} characters.`,
    );
  }
  const route = `${c.req.method} ${c.req.path}`;
  const hash = requestHash(person, route, key);
  const request: RequestKey = { tenant, hash };
  const fingerprint = fingerprintOf(vault, tenant, canonicalJson(body));
  const begin = () =>
    beginRequest(store, { ...request, fingerprint }, { nowMs: now(), untilMs: firstWriteUntilMs() });
  let claimed = false;
  if (await isKnownRequest(store, request)) {
    const begun = await begin();
    if (begun.state === 'done') {
      return begun.answer as unknown as KeptAnswer;
    }
    requireNew(begun.state);
    claimed = true;
  }
  const claim = async (): Promise<void> => {
    if (!claimed) {
      requireNew((await begin()).state);
      claimed = true;
    }
  };
  try {
    const answer = await work({ id: hash, deadlineMs: Date.now() + answerWithinMs, claim });
    await keep(services, c, request, answer);
    return answer;
  } catch (error) {
    if (error instanceof Refused) {
      const { kind, id } = subject();
      const recorded = appendRecord(store, tenant, {
        at: new Date(now()).toISOString(),
        actorId: person.id,
        type: 'command.refused',
        subject: { kind, id },
        commandId: hash,
        detail: {
          code: error.code,
          route: `${c.req.method} ${routePattern(c)}`,
          requestId: c.get('requestId'),
          ...batchOf(c),
        },
      });
      await Promise.all([recorded, ...(claimed ? [releaseRequest(store, request)] : [])]);
    } else if (claimed) {
      await letGo(services, c, error instanceof OutcomeUnknown ? abandonRequest : releaseRequest, request);
    }
    throw error;
  }
};

/** Of several decisions that one person sends together: what their entries and records have in common. */
export const batchOf = (c: Context<AppEnv>): { batchId?: string } => {
  const batchId = (c.env as AppEnv['Bindings'] | undefined)?.batchId;
  return batchId === undefined ? {} : { batchId };
};

/** The id of the command that a person sends by this key. @param route method and path, as they are sent */
export const requestHash = (
  { tenant, id }: { tenant: string; id: string },
  route: string,
  key: string,
): string => sha256(canonicalJson([tenant, id, route, key]));

/** @throws Condition where the key is not free. One that was answered meanwhile is answered when it is sent again. */
const requireNew = (state: RequestState['state']): void => {
  if (state === 'mismatch') {
    throw new Condition('IDEMPOTENCY_KEY_REUSED', 'This key was used with another body. Take a new one.');
  }
  if (state !== 'new') {
    throw new Condition('IN_PROGRESS', 'The first request with this key still runs.', { retryAfterS: 1 });
  }
};

/** The command may have been taken or not; its key stays taken until that can be found out. */
export class OutcomeUnknown extends Condition {
  constructor(detail: string) {
    super('ENGINE_AWAY', `${detail} Send it again with the same key.`, { retryAfterS: engineBackWithinS });
    this.name = 'OutcomeUnknown';
  }
}

/** The pattern of the route that answers, such as `/v1/cases/{caseId}/events`. */
export const routePattern = (c: Context<AppEnv>): string => {
  const matched = c.req.matchedRoutes.findLast(({ path }) => !path.endsWith('*'));
  return (matched?.path ?? 'none').replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');
};

// The command is taken; a store that fails now only means that the same key asks the case again.
const keep = async (
  services: Services,
  c: Context<AppEnv>,
  request: RequestKey,
  answer: KeptAnswer,
): Promise<void> => {
  try {
    await completeRequest(services.store, request, answer as unknown as Json);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) {
      throw error;
    }
    services.log({
      level: 'warn',
      message: 'An answer could not be kept',
      requestId: c.get('requestId'),
      code: error.code,
    });
  }
};

// Where the store fails now, the key is free once its lease has run out.
const letGo = async (
  services: Services,
  c: Context<AppEnv>,
  how: typeof abandonRequest,
  request: RequestKey,
): Promise<void> => {
  try {
    await how(services.store, request, services.now());
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) {
      throw error;
    }
    services.log({
      level: 'warn',
      message: 'A key could not be freed',
      requestId: c.get('requestId'),
      code: error.code,
    });
  }
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
