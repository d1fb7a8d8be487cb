import { and, eq, sql } from 'drizzle-orm';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Db } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { definitions } from '../schema/index.ts';

const ranks = { high: 0, normal: 1, low: 2 } as const;

/** Definitions whose priorities one connection keeps; they never change, so the oldest just makes room. */
const keptMax = 200;

const lookups = perConnection((db) => ({
  kept: new Map<string, RuntimeDefinition['tasks']>(),
  find: db
    .select({ runtime: definitions.runtime })
    .from(definitions)
    .where(
      and(eq(definitions.tenant, sql.placeholder('tenant')), eq(definitions.hash, sql.placeholder('hash'))),
    )
    .prepare(),
}));

/** A task's rank in lists, from its case's definition: 0 high, 1 normal (also where it says nothing), 2 low. */
export const taskPriority = (db: Db, tenant: string, definitionHash: string, state: string): number => {
  const { kept, find } = lookups(db);
  const key = `${tenant}/${definitionHash}`;
  let tasks = kept.get(key);
  if (!tasks) {
    const found = find.get({ tenant, hash: definitionHash });
    tasks = found?.runtime.tasks;
    // One that is not published here yet is looked up again next time.
    if (found) {
      const [oldest] = kept.keys();
      if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest);
      kept.set(key, tasks ?? {});
    }
  }
  return ranks[tasks?.[state]?.priority ?? 'normal'];
};
