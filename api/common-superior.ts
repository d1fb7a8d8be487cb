import { hierarchyIn } from '../db/own/hierarchy.ts';
import { lowestCommonSuperior } from '../machines/people/lowest-common-superior.ts';
import type { Services } from './services.ts';

/** The nearest superior of two people, as of now; null where they have none in common. */
export const commonSuperior = (
  { store, now }: Services,
  tenant: string,
  one: string,
  other: string,
): Promise<string | null> =>
  store.read((db) => lowestCommonSuperior(one, other, hierarchyIn(db, tenant, now())));
