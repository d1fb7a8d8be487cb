import { listDefinitions } from '../db/own/definitions.ts';
import type { HiddenState } from '../db/read/hidden-states.ts';
import { stateMarks } from './case-view.ts';
import type { Definitions } from './definitions.ts';
import type { Reader } from './reader.ts';
import { maySeeRestricted } from './rights.ts';
import type { Services } from './services.ts';

interface Marked extends HiddenState {
  roles: string[];
}

/** The marked states of each version, by its hash: a version never changes. */
const marked = new WeakMap<Definitions, Map<string, Marked[]>>();

/** The states that are marked for other roles than this reader's, of all versions of all definitions. */
export const hiddenStates = async (
  { store, definitions }: Pick<Services, 'store' | 'definitions'>,
  reader: Reader,
): Promise<HiddenState[]> => {
  const known = marked.get(definitions) ?? new Map<string, Marked[]>();
  marked.set(definitions, known);
  const { tenant } = reader;
  const hidden: HiddenState[] = [];
  for (const { id: definitionId, hash } of await listDefinitions(store, tenant)) {
    const key = `${tenant} ${hash}`;
    let states = known.get(key);
    if (states === undefined) {
      const marks = stateMarks(await definitions.ofCase(tenant, hash));
      states = [...marks].map(([state, roles]) => ({ definitionId, definitionHash: hash, state, roles }));
      known.set(key, states);
    }
    for (const { roles, ...each } of states) {
      if (!maySeeRestricted(reader, roles)) hidden.push(each);
    }
  }
  return hidden;
};
