import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { openStore, type Store } from '../../db/open.ts';
import { getPerson, listPeople, type Person } from '../../db/own/people.ts';
import { CommandError } from '../command-error.ts';
import type { Settings } from '../settings.ts';

const usageErrorCode = 2;

/** @param so what is not done here, and what to do instead. @throws CommandError where people sign in for real */
export const requireDemo = ({ signIn }: Pick<Settings, 'signIn'>, so: string): void => {
  if (signIn.mode !== 'demo') {
    throw new CommandError(`People sign in for real here (signIn.mode: ${signIn.mode}), so ${so}`);
  }
};

/**
 * Does something for a person of the embedded default, with its store open.
 * @throws CommandError for somebody unknown or disabled
 */
export const withDemoPerson = async <T>(
  { home }: Pick<Settings, 'home'>,
  personId: string,
  work: (given: { store: Store; person: Person }) => Promise<T>,
): Promise<T> => {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const store = await openStore({ file: join(home, 'caseloom.db') });
  try {
    if (!(await getPerson(store, embeddedTenant, personId))) {
      // The API seeds the demo people when it starts; one may be asked for before.
      const { seedEmbedded } = await import('../../api/seed.ts');
      await seedEmbedded(store);
    }
    const person = await getPerson(store, embeddedTenant, personId);
    if (person?.status !== 'active') {
      const known = (await listPeople(store, embeddedTenant)).map(({ id }) => id).join(', ');
      throw new CommandError(`There is no person "${personId}". Known: ${known}.`, usageErrorCode);
    }
    return await work({ store, person });
  } finally {
    await store.close();
  }
};
