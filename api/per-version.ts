import { listDefinitions } from '../db/own/definitions.ts';
import type { Definitions, Published } from './definitions.ts';
import type { Services } from './services.ts';

/** Reads something off every version of every definition of a tenant; off each once, for a version never changes. */
export const perVersion = <T>(
  read: (published: Published) => T,
): ((services: Pick<Services, 'store' | 'definitions'>, tenant: string) => Promise<T[]>) => {
  const kept = new WeakMap<Definitions, Map<string, T>>();
  return async ({ store, definitions }, tenant) => {
    const known = kept.get(definitions) ?? new Map<string, T>();
    kept.set(definitions, known);
    const found: T[] = [];
    for (const { hash } of await listDefinitions(store, tenant)) {
      const key = `${tenant} ${hash}`;
      const value = known.get(key) ?? read(await definitions.ofCase(tenant, hash));
      known.set(key, value);
      found.push(value);
    }
    return found;
  };
};
