import { setImmediate as turn } from 'node:timers/promises';
import type { Context } from 'hono';
import { bulkItemsMax, insertBulkJob } from '../../db/own/bulk-course.ts';
import type { BulkVerb } from '../../db/own/bulk-jobs.ts';
import type { BulkTexts } from '../../db/own/bulk-texts.ts';
import { pageSizeMax } from '../../db/read/cursor.ts';
import { isHidden } from '../../db/read/out-of-sight.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import type { AppEnv } from '../env.ts';
import { type CommandRequest, OutcomeUnknown } from '../idempotency.ts';
import { knownPerson } from '../known-person.ts';
import { Refused } from '../problem.ts';
import { maySeeCases } from '../rights.ts';
import type { Services } from '../services.ts';
import { knownTask } from '../to-task.ts';
import { type WorkListQuery, workList } from '../work-list.ts';

export interface StartBulk {
  verb: BulkVerb;
  /** `reassign`: who gets the tasks. */
  to?: string | undefined;
  texts: BulkTexts;
  /** Tasks by their ids, in this order; or those of a worklist at this moment, in its order. */
  of: { ids: string[] } | { filter: Omit<WorkListQuery, 'limit' | 'cursor'> };
  dryRun: boolean;
  perSecond: number;
}

/** Keeps a job with the tasks that it is to go through, and has it run. @throws Refused, Condition */
export const startBulk = async (
  services: Services,
  c: Context<AppEnv>,
  input: StartBulk,
  { id, deadlineMs, claim }: CommandRequest,
): Promise<string> => {
  const { vault, now } = services;
  const { tenant, id: starterId, ...person } = c.get('person');
  const credential = c.get('credential');
  if (!maySeeCases(person)) {
    throw new Refused('ROLE_REQUIRED', 'Bulk work is for those who work on cases.');
  }
  if (input.to !== undefined) {
    await knownPerson(services, { tenant, id: input.to, pointer: '/args/to', kind: '' });
  }
  const items = await itemsOf(services, c, input.of);
  if (items.length === 0) {
    throw new Refused('BULK_EMPTY', 'There is no such task now.');
  }
  await claim();
  const jobId = `blk-${id.slice(0, 24)}`;
  const { verb, to = null, texts, dryRun, perSecond } = input;
  const kept = await insertBulkJob(vault, {
    ...{ tenant, jobId, starterId, verb, toId: to, texts, dryRun, perSecond, items },
    keyId: credential.kind === 'service-key' ? credential.keyId : null,
    startedAtMs: now(),
    detail: detailOf(input, items.length, c.get('requestId')),
  });
  if (!kept) {
    throw new Refused('BULK_TOO_MANY', 'Wait until one of your jobs has ended, or cancel one.');
  }
  await wake(services, { tenant, jobId }, deadlineMs);
  return jobId;
};

/** Has a job run or look again. @throws OutcomeUnknown where the engine is away: the same request may come again */
export const wake = async (
  { cases }: Services,
  key: { tenant: string; jobId: string },
  deadlineMs: number,
): Promise<void> => {
  try {
    await cases.wakeBulk(key, { deadlineMs });
  } catch {
    throw new OutcomeUnknown('The engine is away; the job is kept and waits for it.');
  }
};

// What somebody searched by may be personal: it stays out of the record.
const detailOf = (
  { verb, to, of, dryRun, perSecond }: StartBulk,
  total: number,
  requestId: string,
): JsonObject => ({
  ...{ verb, total, dryRun, perSecond, requestId, by: 'ids' in of ? 'ids' : 'filter' },
  ...(to === undefined ? {} : { to }),
});

type Items = { taskId: string; caseId: string | null }[];

const itemsOf = (services: Services, c: Context<AppEnv>, of: StartBulk['of']): Promise<Items> =>
  'ids' in of ? byIds(services, c, of.ids) : byFilter(services, c, of.filter);

/** Tasks looked at between two pauses, in which other requests have their turn. */
const lookedAtOnce = 200;

// Of a task that the sender may not see, not even its case is theirs to know.
const byIds = async (services: Services, c: Context<AppEnv>, ids: string[]): Promise<Items> => {
  const person = c.get('person');
  const items: Items = [];
  for (const taskId of new Set(ids)) {
    const task = await knownTask(services, person, taskId);
    const isSeen = task !== undefined && !(await isHidden(services.store, person, task.caseId));
    items.push({ taskId, caseId: isSeen ? task.caseId : null });
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
    items.push(...page.items.map(({ taskId, caseId }) => ({ taskId, caseId })));
    cursor = page.next;
    await turn();
    if (items.length > bulkItemsMax) {
      throw new Refused('BULK_TOO_LARGE', `One job goes through at most ${bulkItemsMax} tasks.`);
    }
  } while (cursor !== null);
  return items;
};
