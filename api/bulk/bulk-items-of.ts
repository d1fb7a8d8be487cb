import { setImmediate as turn } from 'node:timers/promises';
import type { Context } from 'hono';
import { bulkItemsMax, type NewBulkJob } from '../../db/own/bulk-course.ts';
import { casesOfOtherPolicy } from '../../db/read/cases-of-other-policy.ts';
import { pageSizeMax } from '../../db/read/cursor.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import type { Policy } from '../../machines/kernel/policy/table.ts';
import type { AppEnv } from '../env.ts';
import { findVisibleCase } from '../present-case.ts';
import { Refused } from '../problem.ts';
import type { Services } from '../services.ts';
import { isInSight, sightOf } from '../sight.ts';
import { knownTask } from '../to-task.ts';
import { type WorkListQuery, workList } from '../work-list.ts';

type Items = NewBulkJob['items'];

/** Tasks or cases by their ids, in this order; or those that a filter finds at this moment, in its order. */
export type BulkOf = { ids: string[] } | { filter: Omit<WorkListQuery, 'limit' | 'cursor'> };

/** Items looked at between two pauses, in which other requests have their turn. */
const lookedAtOnce = 200;

/** The tasks that a job is to go through. @throws Refused */
export const bulkTasks = async (services: Services, c: Context<AppEnv>, of: BulkOf): Promise<Items> => {
  const person = c.get('person');
  return 'ids' in of
    ? byIds(of.ids, async (taskId) => {
        const task = await knownTask(services, person, taskId);
        return task !== undefined && (await isInSight(services, person, task.caseId)) ? task.caseId : null;
      })
    : byFilter(services, c, of.filter);
};

/** The cases that a job is to put under a table; those that a filter finds are open and follow another one. */
export const bulkCases = async (
  services: Services,
  c: Context<AppEnv>,
  of: BulkOf,
  policy: Policy | null,
): Promise<Items> => {
  const { store } = services;
  const person = c.get('person');
  if ('ids' in of) {
    return byIds(of.ids, async (caseId) => (await findVisibleCase(services, person, caseId))?.caseId ?? null);
  }
  const items: Items = [];
  const pages = casesOfOtherPolicy(store, {
    ...{ tenant: person.tenant, hash: policy && policyRef(policy).hash, kind: of.filter.kind },
    sight: await sightOf(services, person),
  });
  for await (const caseIds of pages) {
    items.push(...caseIds.map((caseId) => ({ itemId: caseId, caseId })));
    // The rest is what the same job finds when it is started again.
    if (items.length >= bulkItemsMax) {
      return items.slice(0, bulkItemsMax);
    }
  }
  return items;
};

// Of what the sender may not see, not even its case is theirs to know.
const byIds = async (ids: string[], caseOf: (id: string) => Promise<string | null>): Promise<Items> => {
  const items: Items = [];
  for (const itemId of new Set(ids)) {
    items.push({ itemId, caseId: await caseOf(itemId) });
    if (items.length % lookedAtOnce === 0) await turn();
  }
  return items;
};

const byFilter = async (
  services: Services,
  c: Context<AppEnv>,
  filter: Omit<WorkListQuery, 'limit' | 'cursor'>,
): Promise<Items> => {
  const items: Items = [];
  let cursor: string | null | undefined;
  do {
    const page = await workList(services, c, {
      ...filter,
      limit: pageSizeMax,
      ...(cursor == null ? {} : { cursor }),
    });
    items.push(...page.items.map(({ taskId, caseId }) => ({ itemId: taskId, caseId })));
    cursor = page.next;
    await turn();
    if (items.length > bulkItemsMax) {
      throw new Refused('BULK_TOO_LARGE', `One job goes through at most ${bulkItemsMax} tasks.`);
    }
  } while (cursor !== null);
  return items;
};
