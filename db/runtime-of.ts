import { and, eq, sql } from 'drizzle-orm';
import type { RuntimeDefinition } from '../machines/kernel/definition.ts';
import type { Db } from './open.ts';
import { perConnection } from './prepared.ts';
import { definitions } from './schema/index.ts';

/** What the projection needs to know of a definition. */
export type ProjectedDefinition = Pick<RuntimeDefinition, 'tasks' | 'data' | '$defs'>;

/** Definitions that one connection keeps; they never change, so the oldest just makes room. */
const keptMax = 200;

const lookups = perConnection((db) => ({
  kept: new Map<string, ProjectedDefinition>(),
  find: db
    .select({ runtime: definitions.runtime })
    .from(definitions)
    .where(
      and(eq(definitions.tenant, sql.placeholder('tenant')), eq(definitions.hash, sql.placeholder('hash'))),
    )
    .prepare(),
}));

/** The definition of a case; undefined while it is not published here: it is looked up again next time. */
export const runtimeOf = (db: Db, tenant: string, hash: string): ProjectedDefinition | undefined => {
  const { kept, find } = lookups(db);
  const key = `${tenant}/${hash}`;
  const known = kept.get(key);
  if (known) return known;
  const runtime = find.get({ tenant, hash })?.runtime;
  if (!runtime) return undefined;
  const { tasks, data, $defs } = runtime;
  const found: ProjectedDefinition = {
    data,
    ...(tasks === undefined ? {} : { tasks }),
    ...($defs === undefined ? {} : { $defs }),
  };
  const [oldest] = kept.keys();
  if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest);
  kept.set(key, found);
  return found;
};
