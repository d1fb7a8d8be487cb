import type { Context } from 'hono';
import { insertBulkJob, type NewBulkJob } from '../../db/own/bulk-course.ts';
import { type BulkVerb, isCaseVerb } from '../../db/own/bulk-jobs.ts';
import type { BulkTexts } from '../../db/own/bulk-texts.ts';
import { instantMs } from '../../machines/kernel/instant.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { tableInForce } from '../adopt-policy.ts';
import type { AppEnv } from '../env.ts';
import { type CommandRequest, OutcomeUnknown } from '../idempotency.ts';
import { knownPerson } from '../known-person.ts';
import { requirePublisher } from '../policy-rights.ts';
import { Refused } from '../problem.ts';
import { maySeeCases } from '../rights.ts';
import type { Services } from '../services.ts';
import { type BulkOf, bulkCases, bulkTasks } from './bulk-items-of.ts';

export interface StartBulk {
  verb: BulkVerb;
  /** `reassign`, `delegate`: who gets the tasks; `adopt-policy`: the hash of the table in force. */
  to?: string | undefined;
  texts: BulkTexts;
  of: BulkOf;
  dryRun: boolean;
  perSecond: number;
}

/** Keeps a job with the tasks or cases that it is to go through, and has it run. @throws Refused, Condition */
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
  const items = await itemsOf(services, c, input);
  if (items.length === 0) {
    throw new Refused('BULK_EMPTY', `There is no such ${isCaseVerb(input.verb) ? 'case' : 'task'} now.`);
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
  { verb, to, texts: { people, until }, of, dryRun, perSecond }: StartBulk,
  total: number,
  requestId: string,
): JsonObject => ({
  ...{ verb, total, dryRun, perSecond, requestId, by: 'ids' in of ? 'ids' : 'filter' },
  ...(to === undefined ? {} : { to }),
  ...(people === undefined ? {} : { people }),
  ...(until === undefined ? {} : { until }),
});

const itemsOf = async (
  services: Services,
  c: Context<AppEnv>,
  { verb, to, texts: { people = [], until }, of }: StartBulk,
): Promise<NewBulkJob['items']> => {
  const person = c.get('person');
  const { tenant } = person;
  const pointer = '/args/to';
  if (isCaseVerb(verb)) {
    requirePublisher(person);
    return bulkCases(services, c, of, await tableInForce(services, tenant, { hash: to ?? '', pointer }));
  }
  const named = to === undefined ? people : [to];
  for (const [n, id] of named.entries()) {
    const at = to === undefined ? `${pointer}/${n}` : pointer;
    await knownPerson(services, { tenant, id, pointer: at, kind: '' });
  }
  if (until !== undefined && instantMs(until) <= services.now()) {
    throw new Refused('TIME_INVALID', 'The end of a delegation is still to come.', {
      errors: [{ pointer: '/args/until', message: 'must lie in the future' }],
    });
  }
  return bulkTasks(services, c, of);
};
