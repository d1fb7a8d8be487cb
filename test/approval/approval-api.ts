import { createAssignTask } from '../../activities/assign-task.ts';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import type { Store } from '../../db/open.ts';
import { findDefinition, latestCalendar, publishDefinition } from '../../db/own/definitions.ts';
import { getCase } from '../../db/read/get-case.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { childCaseId } from '../../machines/kernel/ask-approval.ts';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import type { Command } from '../../machines/kernel/command.ts';
import { calendarIds, compile } from '../../machines/kernel/compile.ts';
import type { Effect } from '../../machines/kernel/effect.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { open } from '../../machines/kernel/open.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { startTestApi } from '../support/api.ts';
import { type InProcessCases, inProcessCases } from '../support/in-process-cases.ts';
import { payout, payoutRuntime } from './payout.ts';

const tenant = embeddedTenant;
const until = { deadlineMs: Number.POSITIVE_INFINITY };
const system = { actor: { id: 'system', roles: ['system'] } };

/** Cases in this process that start, tell and answer one another and find people for their tasks, as the engine does. */
const linkedInProcess = (store: Store, now: () => number): InProcessCases => {
  const cases = inProcessCases(store, { now });
  const assignTask = createAssignTask(store);
  const left: Effect[] = [];
  const send = (caseId: string, command: Command) => cases.send({ tenant, caseId }, command, until);

  const startChild = async (caseId: string, effect: Effect & { type: 'startCase' }): Promise<void> => {
    const row = await findDefinition(store, tenant, effect.definition);
    if (!row) {
      throw new Error(`Nobody has published ${effect.definition}`);
    }
    const { runtime: definition, id, version, hash } = row;
    const calendars: { [id: string]: Calendar } = {};
    for (const each of calendarIds(definition)) {
      calendars[each] = (await latestCalendar(store, tenant, each))?.calendar as unknown as Calendar;
    }
    const input = { definition, ref: { id, version, hash }, calendars };
    const child = childCaseId(tenant, effect.id);
    const at = new Date(now()).toISOString();
    const opening = {
      ...{ commandId: `${child}.opened`, tenant, caseId: child, number: `AP-${child.slice(0, 6)}` },
      ...{ data: effect.data, receivedAt: at, links: [{ rel: effect.rel, caseId }] },
      facts: { actor: { id: caseId, roles: ['case'] } },
    };
    const judged = open(compile(input), opening, at);
    if (isRefusal(judged)) {
      throw new Error(`${judged.code} ${JSON.stringify(judged.errors)}`);
    }
    await cases.start({ compile: input, start: { type: 'open', opening } }, judged.state, until);
    await send(caseId, {
      id: `${effect.id}.linked`,
      type: 'link',
      rel: effect.rel,
      caseId: child,
      facts: system,
    });
  };

  const carryOut = async (effect: Effect): Promise<void> => {
    const caseId = effect.id.split('.').slice(0, -2).join('.');
    if (effect.type === 'startCase') {
      await startChild(caseId, effect);
    } else if (effect.type === 'tellCase') {
      const row = await getCase(store, { tenant, caseId });
      const { epoch = 1, lastSeq: seq = 1, headHash = '' } = row ?? {};
      await send(effect.caseId, {
        ...{ id: `${effect.id}.told`, type: 'message', event: effect.event, data: effect.data },
        from: { caseId, epoch, seq, headHash },
        facts: { actor: { id: caseId, roles: ['case'] } },
      });
    } else if (effect.type === 'assignTask') {
      const { type: _, id, ...asked } = effect;
      const to = await assignTask({ tenant, caseId, effectId: id, ...asked });
      const own = { type: 'task' as const, taskId: effect.taskId, facts: system };
      if (to) {
        await send(caseId, { ...own, id: `${id}.assigned`, verb: 'assign', to });
      } else if (effect.seat !== undefined) {
        await send(caseId, { ...own, id: `${id}.climbed`, verb: 'climb' });
      }
    } else {
      left.push(effect);
    }
  };

  const settle = async <T>(answer: Promise<T>): Promise<T> => {
    const answered = await answer;
    for (let effect = cases.left.shift(); effect; effect = cases.left.shift()) {
      await carryOut(effect);
    }
    return answered;
  };

  return {
    ...cases,
    left,
    send: (target, command, until) => settle(cases.send(target, command, until)),
    start: (input, judged, until) => settle(cases.start(input, judged, until)),
  };
};

export type ApprovalApi = Awaited<ReturnType<typeof startApprovalApi>>;

/** The API over such cases, with a payout that legal and whoever may decide the amount approve. */
export const startApprovalApi = async (
  options: Pick<Parameters<typeof startTestApi>[0] & object, 'now'> = {},
) => {
  const api = await startTestApi({ ...options, casesOf: linkedInProcess });
  const { id, version } = payout;
  await publishDefinition(api.store, tenant, {
    ...{ id, version, hash: definitionHash(payout) },
    document: payout as unknown as JsonObject,
    runtime: payoutRuntime,
  });
  /** Opens and proposes a payout; the ids of it and of its approval. */
  const proposed = async (
    amount: number,
    more: object = {},
  ): Promise<{ claim: string; approval: string }> => {
    const opened = await api.call('adjuster', 'POST', '/v1/cases', {
      definition: 'payout',
      data: { amount: { amount: amount * 100, currency: 'CNY' }, ...more },
    });
    const claim = opened.body.caseId as string;
    await api.call('adjuster', 'POST', `/v1/cases/${claim}/events`, { type: 'propose' });
    return { claim, approval: await approvalOf(claim) };
  };
  const approvalOf = async (claim: string): Promise<string> => {
    const row = await getCase(api.store, { tenant, caseId: claim });
    return row?.state.links.findLast(({ rel }) => rel === 'approval')?.caseId ?? '';
  };
  /** The seat that is open first, and who has it. */
  const openSeat = async (approval: string): Promise<{ taskId: string; assignee: string | null }> => {
    const row = await getCase(api.store, { tenant, caseId: approval });
    const [taskId = '', task] =
      Object.entries(row?.state.tasks ?? {}).find(([, { status }]) => status === 'open') ?? [];
    return { taskId, assignee: task?.assignee ?? null };
  };
  /** The code of the refusal, or 200. */
  const approve = async (person: string, taskId: string, body: object = {}): Promise<string | number> => {
    const answer = await api.call(person, 'POST', `/v1/tasks/${taskId}/complete`, {
      outcome: 'approve',
      ...body,
    });
    return answer.status === 200 ? 200 : answer.body.code;
  };
  /** A document comes in; the payout's checklist asks for the invoice. */
  const addDocument = (claim: string, key = 'invoice') =>
    api.cases.send(
      { tenant, caseId: claim },
      {
        ...{ id: `${claim}.${key}`, type: 'document' },
        facts: { actor: { id: 'adjuster', roles: ['adjuster'] } },
        document: {
          ...{ id: `${claim}.${key}`, key, sha256: 'a'.repeat(64) },
          ...{ sizeBytes: 1, mediaType: 'text/plain' },
        },
      },
      until,
    );
  return { ...api, proposed, approvalOf, openSeat, approve, addDocument };
};
