import { type CaseRow, getCase } from '../db/read/get-case.ts';
import type { Command } from '../machines/kernel/command.ts';
import { answeredSeq } from '../machines/kernel/step.ts';
import type { Outcome } from '../workflows/client/outcome.ts';
import type { Answer } from '../workflows/messages.ts';
import { type CommandRequest, firstWriteUntilMs } from './idempotency.ts';
import { acceptedAnswer, askEngine, conditionOf, refusedBy } from './judge.ts';
import { judgeStored } from './judge-command.ts';
import { decidingAlone, isJudgedBySums } from './party-lease.ts';
import { type CommandParts, prepareCommand, type Sender, wholeCommand } from './prepare-command.ts';
import type { Services } from './services.ts';

/** What is known of a command that was accepted. */
export type Accepted = Pick<Answer, 'caseId' | 'seq' | 'projected'>;

/**
 * Sends a command to a case that its sender may see. Sent again with the same id it is answered again and not applied
 * twice.
 *
 * @throws Refused, Condition
 */
export const deliverCommand = async (
  services: Services,
  sender: Sender,
  parts: CommandParts,
  row: CaseRow,
  { id, deadlineMs, claim }: CommandRequest,
): Promise<Accepted> => {
  const { vault } = services;
  const { tenant, caseId, state } = row;
  const seq = answeredSeq(state, id);
  if (seq !== undefined) {
    return { caseId, seq, projected: true };
  }
  const { target, facts, plan } = await prepareCommand(services, sender, parts, row);
  const [, sealed] = await Promise.all([
    claim(),
    plan.seal(vault, { tenant, caseId, commandId: id }, firstWriteUntilMs()),
  ]);
  const command = await wholeCommand(parts, { id, target, facts, sealed });
  if (state.status === 'closed') {
    await refuseClosed(services, row, command);
  }
  if (!isJudgedBySums(target.published.runtime, state, command)) {
    return send(services, sender, command, { tenant, caseId, deadlineMs });
  }
  return decidingAlone(services, state, { commandId: id, deadlineMs }, async () => {
    // The case itself may have moved on while others were ahead.
    const present = (await getCase(services.store, { tenant, caseId })) ?? row;
    const { facts: alone } = await prepareCommand(services, sender, parts, present);
    return send(services, sender, { ...command, facts: alone }, { tenant, caseId, deadlineMs });
  });
};

const send = async (
  services: Services,
  sender: Sender,
  command: Command,
  { tenant, caseId, deadlineMs }: { tenant: string; caseId: string; deadlineMs: number },
): Promise<Accepted> => {
  const { cases } = services;
  const sendOnce = (): Promise<Outcome> =>
    askEngine(services, sender, () => cases.send({ tenant, caseId }, command, { deadlineMs }));
  const first = await sendOnce();
  const isStale =
    first.type === 'refused' && (await wasJudgedStale(services, command, { tenant, caseId, deadlineMs }));
  const outcome = isStale ? await sendOnce() : first;
  if (outcome.type === 'condition' && mayBeDone.includes(outcome.code)) {
    return afterSilence(services, command, { tenant, caseId, code: outcome.code });
  }
  return acceptedAnswer(outcome);
};

/**
 * Whether a refusal rests on a case that is older than the stored one: a crash between storing an entry and telling
 * Temporal leaves such a run, and it is told here. Where the store has the command itself, sending it again answers it.
 */
const wasJudgedStale = async (
  services: Services,
  command: Command,
  { tenant, caseId, deadlineMs }: { tenant: string; caseId: string; deadlineMs: number },
): Promise<boolean> => {
  const row = await getCase(services.store, { tenant, caseId });
  if (
    !row ||
    (answeredSeq(row.state, command.id) === undefined && (await judgeStored(services, row, command)))
  ) {
    return false;
  }
  await services.cases.sync({ tenant, caseId }, row.lastSeq, { deadlineMs });
  return true;
};

type ConditionCode = Parameters<typeof conditionOf>[0];

/** Conditions under which the command may have been taken all the same, by a run that ended before it answered. */
const mayBeDone: ConditionCode[] = ['CASE_NOT_RUNNING', 'ENGINE_UNAVAILABLE'];

/** The store knows what a run that gave no answer has done. @throws Refused, Condition */
const afterSilence = async (
  services: Services,
  command: Command,
  { tenant, caseId, code }: { tenant: string; caseId: string; code: ConditionCode },
): Promise<Accepted> => {
  const row = await getCase(services.store, { tenant, caseId });
  const seq = row && answeredSeq(row.state, command.id);
  if (seq !== undefined) {
    return { caseId, seq, projected: true };
  }
  if (row?.status === 'closed' && code === 'CASE_NOT_RUNNING') {
    await refuseClosed(services, row, command);
  }
  throw conditionOf(code);
};

/** A closed case has no run that could judge: the same kernel does it here. @throws Refused */
const refuseClosed = async (services: Services, row: CaseRow, command: Command): Promise<void> => {
  const refusal = await judgeStored(services, row, command);
  if (refusal) {
    throw refusedBy(refusal);
  }
};
