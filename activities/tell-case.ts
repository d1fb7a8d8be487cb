import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Store } from '../db/open.ts';
import { getCase } from '../db/read/get-case.ts';
import { readSurgeFactsOfCase } from '../db/read/surge-facts.ts';
import type { MessageCommand } from '../machines/kernel/command.ts';
import type { CaseActivities, ClosedCase } from '../workflows/activity-contract.ts';
import { sendCommand } from '../workflows/client/send-command.ts';

const answerMsMax = 20_000;

/**
 * Sends an event to a linked case, and is retried until that case has taken it; the case records what it has no use
 * for. A closed case takes nothing: the sender then records that its message came back.
 */
export const createTellCase =
  (store: Store, client: Client): CaseActivities['tellCase'] =>
  async ({ tenant, caseId, effectId, to, event, data, from, occurredAt }) => {
    const surge = await readSurgeFactsOfCase(store, { tenant, caseId: to }, Date.now());
    const command: MessageCommand = {
      ...{ id: `${effectId}.told`, type: 'message', event, data, from: { caseId, ...from } },
      facts: { ...surge, actor: { id: caseId, roles: ['case'] } },
      ...(occurredAt === undefined ? {} : { occurredAt }),
    };
    const outcome = await sendCommand(client, { tenant, caseId: to }, command, {
      deadlineMs: Date.now() + answerMsMax,
    });
    if (outcome.type === 'answered') {
      return {};
    }
    if (outcome.type === 'refused' && outcome.refusal.code !== 'CASE_CLOSED') {
      throw ApplicationFailure.nonRetryable('The other case refuses the message.', outcome.refusal.code);
    }
    const closed = await closedCase(store, tenant, to);
    if (closed === undefined) {
      const code = outcome.type === 'condition' ? outcome.code : outcome.refusal.code;
      throw ApplicationFailure.retryable('The other case has not taken the message.', code);
    }
    // It may have been taken before the case was closed, by an earlier try that saw no answer.
    const taken = closed.answered.some(([id]) => id === command.id);
    return taken ? {} : { closed: closed.at };
  };

const closedCase = async (
  store: Store,
  tenant: string,
  caseId: string,
): Promise<{ at: ClosedCase; answered: [string, number][] } | undefined> => {
  const row = await getCase(store, { tenant, caseId });
  if (row?.status !== 'closed') {
    return undefined;
  }
  const { epoch, lastSeq: seq, headHash } = row;
  return { at: { epoch, seq, headHash }, answered: row.state.answered };
};
