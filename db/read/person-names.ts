import { and, eq, inArray } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { people } from '../schema/index.ts';

/** The names of these people, whether they are still here or not; who is nobody has none. */
export const personNames = async (
  store: Store,
  tenant: string,
  personIds: readonly string[],
): Promise<Map<string, string>> => {
  const rows = await store.read((db) =>
    db
      .select({ id: people.personId, name: people.name })
      .from(people)
      .where(and(eq(people.tenant, tenant), inArray(people.personId, [...new Set(personIds)])))
      .all(),
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
};
