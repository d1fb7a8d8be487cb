import { getPerson } from '../db/own/people.ts';
import type { Actor } from '../machines/kernel/command.ts';
import { actorOf } from './facts.ts';
import { Refused } from './problem.ts';
import type { Services } from './services.ts';

/** An active person, with what the kernel must know of them. */
export const findPerson = async (
  { store, now }: Services,
  { tenant, id, kind }: { tenant: string; id: string; kind: string },
): Promise<Actor | undefined> => {
  const person = await getPerson(store, tenant, id, now());
  return person?.status === 'active' ? actorOf(store, person, { nowMs: now(), kind }) : undefined;
};

/**
 * An active person named in a command, with what the kernel must know of them.
 *
 * @param pointer where the command names them
 * @param kind of the case
 * @throws Refused `PERSON_UNKNOWN`
 */
export const knownPerson = async (
  services: Services,
  { tenant, id, pointer, kind }: { tenant: string; id: string; pointer: string; kind: string },
): Promise<Actor> => {
  const person = await findPerson(services, { tenant, id, kind });
  if (!person) {
    throw new Refused('PERSON_UNKNOWN', 'There is nobody here under this name.', {
      errors: [{ pointer, message: 'is nobody here' }],
    });
  }
  return person;
};
