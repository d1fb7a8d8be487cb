import type { Context } from 'hono';
import { appendRecord } from '../../db/own/append-record.ts';
import { getTasks } from '../../db/read/get-cases.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { answeredSeq } from '../../machines/kernel/step.ts';
import type { AppEnv } from '../env.ts';
import { requestHash, type Subject } from '../idempotency.ts';
import { idPattern, visibleCases } from '../present-case.ts';
import { Refused } from '../problem.ts';
import type { Services } from '../services.ts';
import { recordRefused } from './record-refused.ts';
import { postInside, refusalCode, type SendInside } from './send-inside.ts';
import { type WaitingApproval, waitingAmong } from './waiting.ts';

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
  const found = await findAll(services, c, { batchId, items });
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

const findAll = async (
  services: Services,
  c: Context<AppEnv>,
  { batchId, items }: { batchId: string; items: readonly BatchItem[] },
): Promise<Found[]> => {
  const person = c.get('person');
  const taskIds = items.map(({ taskId }) => taskId).filter((taskId) => idPattern.test(taskId));
  const tasks = await getTasks(services.store, person.tenant, taskIds);
  const caseIds = [...tasks.values()].map(({ caseId }) => caseId);
  const rows = await visibleCases(services, person, caseIds);
  const waiting = await waitingAmong(services, c, caseIds);
  return items.map((item) => {
    const nothing = { item, caseId: null, waiting: undefined, isDone: false };
    const row = rows.get(tasks.get(item.taskId)?.caseId ?? '');
    if (row?.state.tasks[item.taskId]?.seat === undefined) {
      return { ...nothing, held: 'TASK_UNKNOWN' };
    }
    const { caseId, state } = row;
    if (answeredSeq(state, requestHash(person, `POST ${pathOf(item)}`, batchId)) !== undefined) {
      return { ...nothing, caseId, held: undefined, isDone: true };
    }
    const here = waiting.get(caseId) ?? { blocked: 'TASK_UNKNOWN' };
    return 'blocked' in here
      ? { ...nothing, caseId, held: here.blocked }
      : { item, caseId, waiting: here, held: heldBack(here, item), isDone: false };
  });
};

const heldBack = ({ taskId, subjectHash, hold }: WaitingApproval, item: BatchItem): string | undefined => {
  if (taskId !== item.taskId) return 'TASK_NOT_OPEN';
  return subjectHash === item.subjectHash ? hold : 'STALE';
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
