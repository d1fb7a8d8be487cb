import type { Context } from 'hono';
import { appendRecord } from '../../db/own/append-record.ts';
import { getTask } from '../../db/read/get-case.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { answeredSeq } from '../../machines/kernel/step.ts';
import type { AppEnv } from '../env.ts';
import { requestHash, type Subject } from '../idempotency.ts';
import { findVisibleCase, idPattern } from '../present-case.ts';
import { Refused } from '../problem.ts';
import type { Services } from '../services.ts';
import { recordRefused } from './record-refused.ts';
import { postInside, refusalCode, type SendInside } from './send-inside.ts';
import { type WaitingApproval, waitingOf } from './waiting.ts';

/** One approval of several, with what its reader has read of it. */
export interface BatchItem {
  taskId: string;
  subjectHash: string;
}

/** What became of one. */
export interface BatchRow {
  taskId: string;
  /** Null where there is no such approval for the sender. */
  caseId: string | null;
  result: 'approved' | 'refused';
  /** Of the refusal. */
  code?: string;
}

/**
 * Approves several decisions, each by itself: one that is refused stops no other. They are of one step of one approval of
 * one definition, and each was opened by the sender as it is, or has nothing to look at. Safe to repeat under the same id.
 *
 * @throws Refused `BATCH_MIXED`
 */
export const approveBatch = async (
  services: Services,
  c: Context<AppEnv>,
  send: SendInside,
  { batchId, items }: { batchId: string; items: readonly BatchItem[] },
): Promise<BatchRow[]> => {
  const found: Found[] = [];
  for (const item of items) {
    found.push(await find(services, c, item, batchId));
  }
  const groups = new Set(found.flatMap(({ waiting }) => (waiting ? [waiting.group] : [])));
  if (groups.size > 1) {
    throw new Refused('BATCH_MIXED', 'Only approvals of the same step are decided together.');
  }
  const rows: BatchRow[] = [];
  for (const each of found) {
    rows.push(await decide(services, c, send, { ...each, batchId }));
  }
  const { tenant, id } = c.get('person');
  await appendRecord(services.store, tenant, {
    at: new Date(services.now()).toISOString(),
    ...{ actorId: id, type: 'approvals.batch-decided', subject: { kind: 'person', id } },
    detail: { batchId, items: rows.map(recorded), requestId: c.get('requestId') },
  });
  return rows;
};

// An id that nobody has is whatever its sender has written.
const recorded = (row: BatchRow): JsonObject => (row.caseId === null ? { ...row, taskId: null } : { ...row });

interface Found {
  item: BatchItem;
  caseId: string | null;
  waiting: WaitingApproval | undefined;
  /** Why nothing can be decided by the sender; undefined: they may. */
  held: string | undefined;
  /** This very batch has approved it before its answer was lost. */
  isDone: boolean;
}

const find = async (
  services: Services,
  c: Context<AppEnv>,
  item: BatchItem,
  batchId: string,
): Promise<Found> => {
  const { store } = services;
  const person = c.get('person');
  const { tenant } = person;
  const { taskId } = item;
  const nothing = { item, caseId: null, waiting: undefined, isDone: false };
  const task = idPattern.test(taskId) ? await getTask(store, { tenant, taskId }) : undefined;
  const row = task && (await findVisibleCase(services, person, task.caseId));
  if (row?.state.tasks[taskId]?.seat === undefined) {
    return { ...nothing, held: 'TASK_UNKNOWN' };
  }
  const { caseId } = row;
  if (answeredSeq(row.state, requestHash(person, `POST ${pathOf(item)}`, batchId)) !== undefined) {
    return { ...nothing, caseId, held: undefined, isDone: true };
  }
  const waiting = await waitingOf(services, c, caseId);
  if ('blocked' in waiting) {
    return { ...nothing, caseId, held: waiting.blocked };
  }
  const held =
    waiting.taskId !== taskId
      ? 'TASK_NOT_OPEN'
      : waiting.card.subjectHash !== item.subjectHash
        ? 'STALE'
        : waiting.hold;
  return { item, caseId, waiting, held, isDone: false };
};

const pathOf = ({ taskId }: BatchItem): string => `/v1/tasks/${taskId}/complete`;

const decide = async (
  services: Services,
  c: Context<AppEnv>,
  send: SendInside,
  { item, caseId, held, isDone, batchId }: Found & { batchId: string },
): Promise<BatchRow> => {
  const { taskId } = item;
  const refused = (code: string): BatchRow => ({ taskId, caseId, result: 'refused', code });
  if (isDone) {
    return { taskId, caseId, result: 'approved' };
  }
  if (held !== undefined) {
    const subject = caseId === null ? tenantOf(c) : ({ kind: 'case', id: caseId } as const);
    await recordRefused(services, c, subject, { code: held, batchId });
    return refused(held);
  }
  const command = { path: pathOf(item), body: { outcome: 'approve' }, key: batchId };
  const code = await refusalCode(await postInside(send, c, command, { batchId }));
  return code === undefined ? { taskId, caseId, result: 'approved' } : refused(code);
};

const tenantOf = (c: Context<AppEnv>): Subject => ({ kind: 'tenant', id: c.get('person').tenant });
