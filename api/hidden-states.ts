import type { HiddenState } from '../db/read/hidden-states.ts';
import { stateMarks } from './case-view.ts';
import { perVersion } from './per-version.ts';
import type { Reader } from './reader.ts';
import { maySeeRestricted } from './rights.ts';
import type { Services } from './services.ts';

interface Marked extends HiddenState {
  roles: string[];
}

const markedStates = perVersion((published): Marked[] => {
  const { id: definitionId, hash: definitionHash } = published.ref;
  return [...stateMarks(published)].map(([state, roles]) => ({ definitionId, definitionHash, state, roles }));
});

/** The states that are marked for other roles than this reader's, of all versions of all definitions. */
export const hiddenStates = async (
  services: Pick<Services, 'store' | 'definitions'>,
  reader: Reader,
): Promise<HiddenState[]> =>
  (await markedStates(services, reader.tenant))
    .flat()
    .filter(({ roles }) => !maySeeRestricted(reader, roles))
    .map(({ roles: _, ...state }) => state);
