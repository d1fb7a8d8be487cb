import type { Context } from 'hono';
import type { ChangedBy } from '../db/own/people-history.ts';
import type { Saved } from '../db/own/person-record.ts';
import type { Json } from '../machines/kernel/json.ts';
import type { PeopleFault } from '../machines/people/fault.ts';
import { giveAnswer } from './answer.ts';
import type { AppEnv } from './env.ts';
import { once, type Subject } from './idempotency.ts';
import { Condition, Refused } from './problem.ts';
import type { Services } from './services.ts';

/** A change of people data that came in under an Idempotency-Key. */
export interface PeopleRequest<T> {
  /** What a refusal's record names. */
  subject: Subject;
  /** What tells this request from another under the same key; default: the JSON body. */
  fingerprint?: Json;
  status: 200 | 201;
  /** Says whether the caller may. @throws Refused, Condition */
  authorize: (by: RequestedBy) => Promise<void> | void;
  work: (by: RequestedBy) => Promise<Saved<T>>;
  answer: (saved: T) => Json | Promise<Json>;
  location?: (saved: T) => string;
}

/** Who asks, when, and the request's id, from which a new thing's id is made so that no repeat makes a second one. */
export type RequestedBy = ChangedBy & { commandId: string };

/** Does a change of people data at most once per key; a refused one is recorded. */
export const changePeople = async <T>(
  services: Services,
  c: Context<AppEnv>,
  request: PeopleRequest<T>,
): Promise<Response> => {
  const { subject, status, authorize, work, answer, location } = request;
  const kept = await once(
    services,
    c,
    request.fingerprint ?? c.get('body') ?? null,
    () => subject,
    async ({ id, claim }) => {
      const by: RequestedBy = { actorId: c.get('person').id, atMs: services.now(), commandId: id };
      await authorize(by);
      await claim();
      const saved = requireSaved(await work(by));
      return {
        status,
        body: await answer(saved),
        ...(location === undefined ? {} : { location: location(saved) }),
      };
    },
  );
  return giveAnswer(services, c, kept);
};

const requireSaved = <T>(outcome: Saved<T>): T => {
  if ('saved' in outcome) {
    return outcome.saved;
  }
  if ('faults' in outcome) {
    throw refusedFor(outcome.faults);
  }
  if (outcome.refused === 'exists') {
    throw new Refused('ALREADY_EXISTS', 'There is another one of this id already.', {
      errors: [{ pointer: '/id', message: 'is taken' }],
    });
  }
  throw new Condition('NOT_FOUND', 'There is nothing of this id that could be changed.');
};

/** The refusal for faults in people data: the code of the first, and all of them with their places. */
const refusedFor = (faults: PeopleFault[]): Refused => {
  const [first] = faults;
  if (!first) {
    throw new Error('A refusal for faults needs a fault');
  }
  return new Refused(first.code, 'The change contradicts people data that are there; `errors` says where.', {
    errors: faults.map(({ pointer, message }) => ({ pointer, message })),
  });
};
