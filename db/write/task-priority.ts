import type { Db } from '../open.ts';
import { runtimeOf } from '../runtime-of.ts';

const ranks = { high: 0, normal: 1, low: 2 } as const;

/** A task's rank in lists, from its case's definition: 0 high, 1 normal (also where it says nothing), 2 low. */
export const taskPriority = (db: Db, tenant: string, definitionHash: string, state: string): number =>
  ranks[runtimeOf(db, tenant, definitionHash)?.tasks?.[state]?.priority ?? 'normal'];
