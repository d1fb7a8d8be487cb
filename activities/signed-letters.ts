import type { Store } from '../db/open.ts';
import { personIn } from '../db/own/people.ts';
import { readSetting } from '../db/own/tenant-settings.ts';
import { caseOwners } from '../db/read/case-owners.ts';
import type { Letter, Letters } from './ports/letters.ts';

/** Takes letters that say nothing yet of who writes them. */
export interface SignedLetters {
  send: (letter: Omit<Letter, 'from' | 'owner'>) => ReturnType<Letters['send']>;
}

/**
 * Letters that name the company and, to the customer, who answers for the case. Both are read when a letter goes out, so
 * that no name of a person stands in a history or in the log, and that the owner named is the one of that moment.
 */
export const createSignedLetters = (store: Store, letters: Letters): SignedLetters => ({
  send: async (letter) => {
    const from = await readSetting(store, letter.tenant, 'company');
    const owner = 'customer' in letter.to ? await ownerOf(store, letter) : undefined;
    return letters.send({
      ...letter,
      ...(from === undefined ? {} : { from }),
      ...(owner === undefined ? {} : { owner }),
    });
  },
});

const ownerOf = async (
  store: Store,
  { tenant, caseId }: Pick<Letter, 'tenant' | 'caseId'>,
): Promise<Letter['owner']> => {
  const id = (await caseOwners(store, tenant, [caseId])).get(caseId) ?? undefined;
  const person = id === undefined ? undefined : await store.read((db) => personIn(db, tenant, id));
  return person && { id: person.id, name: person.name };
};
