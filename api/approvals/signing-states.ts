import type { StateOfKind } from '../../db/read/in-states.ts';
import { perVersion } from '../per-version.ts';
import type { Services } from '../services.ts';

const ofVersions = perVersion(({ ref, runtime }): StateOfKind[] =>
  Object.keys(runtime.signing ?? {}).map((state) => ({ kind: runtime.kind, definitionId: ref.id, state })),
);

/** The states in which people decide together, of all definitions: a company's own beside the shipped approval. */
export const signingStates = async (services: Services, tenant: string): Promise<StateOfKind[]> => {
  const states = (await ofVersions(services, tenant)).flat();
  return [...new Map(states.map((each) => [JSON.stringify(each), each])).values()];
};
