import { demoCode } from '../../api/sign-in/demo-code.ts';
import { isDemoPerson } from '../../api/sign-in/demo-people.ts';
import { openVault } from '../../db/vault/open-vault.ts';
import { CommandError } from '../command-error.ts';
import type { Settings } from '../settings.ts';
import { requireDemo, withDemoPerson } from './demo-person.ts';

/**
 * The code that a demo person's authenticator app would show at an instant (epoch milliseconds).
 * @throws CommandError for whoever is no demo person, and where people sign in for real
 */
export const demoCodeOf = async (
  settings: Pick<Settings, 'home' | 'signIn'>,
  personId: string,
  nowMs: number,
): Promise<string> => {
  requireDemo(settings, 'nobody’s code is printed: it stands in their authenticator app.');
  return withDemoPerson(settings, personId, async ({ store, person }) => {
    if (!isDemoPerson(person)) {
      throw new CommandError(`${personId} is no demo person: their code stands in their authenticator app.`);
    }
    return demoCode(await openVault(store, settings), personId, nowMs);
  });
};
