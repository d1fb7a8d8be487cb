import { createHash } from 'node:crypto';
import { StoreUnavailable } from '../../db/failure.ts';
import type { NewRecord } from '../../db/own/append-record.ts';
import type { BulkItem, ItemResult, TriedItem } from '../../db/own/bulk-items.ts';
import { type BulkJob, isCaseVerb } from '../../db/own/bulk-jobs.ts';
import { type BulkTexts, bulkTexts } from '../../db/own/bulk-texts.ts';
import type { CaseRow } from '../../db/read/get-case.ts';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import { deliverCommand } from '../deliver-command.ts';
import { framesOf } from '../error-frames.ts';
import { refusedBy } from '../judge.ts';
import { judgeCommand } from '../judge-command.ts';
import { findVisibleCase } from '../present-case.ts';
import { Condition, Refused } from '../problem.ts';
import type { Reader } from '../reader.ts';
import type { Services } from '../services.ts';
import { knownTask } from '../to-task.ts';
import { bulkParts } from './bulk-parts.ts';
import { starterOf } from './starter.ts';

/** An item's whole time; what is not answered by then is sent again later. */
const answerWithinMs = 10_000;

/** The command's id: the same item of a job sent again is answered again and not done twice. */
export const itemCommandId = ({ tenant, jobId }: BulkJob, { itemId }: BulkItem): string =>
  createHash('sha256')
    .update(canonicalJson(['bulk', tenant, jobId, itemId]))
    .digest('hex');

/**
 * Sends one item of a job as a single command of its starter would be sent, by the rights that they have at this moment;
 * of a dry run, asks the kernel what it would say. Refusals are recorded; those of a dry run refuse nothing.
 */
export const createSendItem =
  (services: Services) =>
  async (job: BulkJob, item: BulkItem): Promise<TriedItem> => {
    const { tenant, jobId, dryRun } = job;
    try {
      return { result: await resultOf(services, job, item, await bulkTexts(services.vault, job)) };
    } catch (error) {
      if (error instanceof Condition) {
        return { unsettled: error.code };
      }
      if (error instanceof StoreUnavailable) {
        throw error;
      }
      // A fault of ours in one item stops no other, and is tried again with the next round.
      if (!(error instanceof Refused)) {
        const requestId = `${jobId}/${item.n}`;
        services.log({
          level: 'error',
          message: 'An item of a bulk job failed',
          requestId,
          ...framesOf(error),
        });
        return { unsettled: 'INTERNAL' };
      }
      const result = { status: 'refused', code: error.code } as const;
      const subject =
        item.caseId === null ? { kind: 'tenant', id: tenant } : { kind: 'case', id: item.caseId };
      const record: NewRecord = {
        at: new Date(services.now()).toISOString(),
        ...{ actorId: job.starterId, type: 'command.refused', subject },
        commandId: itemCommandId(job, item),
        detail: { code: error.code, route: `POST /v1/bulk ${job.verb}`, jobId },
      };
      return { result, ...(dryRun ? {} : { refusal: record }) };
    }
  };

const resultOf = async (
  services: Services,
  job: BulkJob,
  item: BulkItem,
  texts: BulkTexts,
): Promise<ItemResult> => {
  const person = await starterOf(services, job);
  const { itemId, n } = item;
  const row = await caseOf(services, person, job, itemId);
  const id = itemCommandId(job, item);
  const parts = {
    ...bulkParts(services, person, job, { itemId, texts }),
    common: { reason: texts.reason },
  };
  const sender = { person, requestId: `${job.jobId}/${n}` };
  if (job.dryRun) {
    const refusal = await judgeCommand(services, sender, parts, row, id);
    if (refusal) {
      throw refusedBy(refusal);
    }
    return { status: 'allowed' };
  }
  const request = { id, deadlineMs: Date.now() + answerWithinMs, claim: async () => undefined };
  const { seq } = await deliverCommand(services, sender, parts, row, request);
  return { status: 'done', seq };
};

/** The case that an item is, or is a task of. @throws Refused where it is out of the starter's sight, or not there */
const caseOf = async (
  services: Services,
  person: Reader,
  { verb }: BulkJob,
  itemId: string,
): Promise<CaseRow> => {
  const isCase = isCaseVerb(verb);
  const caseId = isCase ? itemId : (await knownTask(services, person, itemId))?.caseId;
  const row = caseId === undefined ? undefined : await findVisibleCase(services, person, caseId);
  if (!row) {
    throw isCase
      ? new Refused('CASE_UNKNOWN', 'There is no such case.')
      : new Refused('TASK_UNKNOWN', 'There is no such task.');
  }
  return row;
};
