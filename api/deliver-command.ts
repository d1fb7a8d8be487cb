import { kindOfRights } from '../db/read/asking-case.ts';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import type { Command } from '../machines/kernel/command.ts';
import type { JsonObject, Sealed } from '../machines/kernel/json.ts';
import { isRefusal, type Refusal } from '../machines/kernel/refusal.ts';
import { answeredSeq, step } from '../machines/kernel/step.ts';
import type { Outcome } from '../workflows/client/outcome.ts';
import type { Answer } from '../workflows/messages.ts';
import type { Published } from './definitions.ts';
import { actingFacts, type OnBehalfOf, withAskedFacts, withSecondFactor } from './facts.ts';
import { type CommandRequest, firstWriteUntilMs } from './idempotency.ts';
import { acceptedAnswer, askEngine, conditionOf, refusedBy } from './judge.ts';
import { decidingAlone, isJudgedBySums } from './party-lease.ts';
import { Refused } from './problem.ts';
import type { Reader } from './reader.ts';
import { type Clear, planSeal, type SealedInput } from './seal.ts';
import type { Services } from './services.ts';
import type { Credential } from './sign-in/credential.ts';

/** Who sends a command, and what the process log calls the request by. */
export interface Sender {
  person: Reader;
  requestId: string;
  /** Absent where no request brings it: it is sent for somebody who asked for it earlier. */
  credential?: Credential;
}

/** What every command may carry beside its own fields. */
export interface Common {
  reason?: string | undefined;
  occurredAt?: string | undefined;
  onBehalfOf?: OnBehalfOf | undefined;
}

/** A command's own part, once what it brings is sealed. The id, facts, reason and times are added to it. */
export type OwnPart = Command extends infer C
  ? C extends Command
    ? Omit<C, 'id' | 'facts' | 'occurredAt' | 'reason' | 'expectedRev'>
    : never
  : never;

/** The case and the definition it follows, for whoever makes a command of a request. */
export interface Target {
  row: CaseRow;
  /** The kind of case whose limits count in it. */
  kind: string;
  published: Published;
  root: { $defs: { [name: string]: JsonObject } };
}

export interface CommandParts {
  common: Common;
  /** What of it is personal; the reason always is. */
  clear?: (target: Target) => Clear;
  /** May do work that must precede the command, once nothing speaks against the request any more. */
  command: (sealed: {
    id: string;
    target: Target;
    data: JsonObject | undefined;
    texts: { [field: string]: Sealed };
  }) => OwnPart | Promise<OwnPart>;
  /** The `rev` of the case that the sender has read. */
  expectedRev?: number | undefined;
}

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
  const { target, facts, plan } = await prepare(services, sender, parts, row);
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
    const { facts: alone } = await prepare(services, sender, parts, present);
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
 * What the kernel would say to a command now, by the case as it is stored. Nothing is changed, sent or kept.
 *
 * @returns undefined where it would be accepted
 * @throws Refused where the API itself would refuse it
 */
export const judgeCommand = async (
  services: Services,
  sender: Sender,
  parts: CommandParts,
  row: CaseRow,
  id: string,
): Promise<Refusal | undefined> => {
  const { target, facts, plan } = await prepare(services, sender, parts, row);
  return judge(services, row, await wholeCommand(parts, { id, target, facts, sealed: plan.judged }));
};

const prepare = async (
  services: Services,
  { person, credential }: Sender,
  parts: CommandParts,
  row: CaseRow,
) => {
  const { store, definitions, now } = services;
  const { common, clear } = parts;
  const { tenant, state } = row;
  requirePast(common.occurredAt, now());
  const published = await definitions.ofCase(tenant, row.definitionHash);
  const kind = await kindOfRights(store, row);
  const target: Target = { row, kind, published, root: { $defs: published.runtime.$defs ?? {} } };
  const acting = await actingFacts(
    store,
    person,
    common.onBehalfOf,
    state.mode,
    { nowMs: now(), kind },
    state.excluded,
  );
  const facts = await withAskedFacts(
    services,
    published.runtime,
    state,
    credential === undefined ? acting : withSecondFactor(acting, state, credential),
  );
  const { texts = {}, data } = clear?.(target) ?? {};
  return { target, facts, plan: planSeal({ data, texts: { ...texts, reason: common.reason } }) };
};

const wholeCommand = async (
  { common: { occurredAt }, command, expectedRev }: CommandParts,
  { id, target, facts, sealed }: { id: string; target: Target; facts: Command['facts']; sealed: SealedInput },
): Promise<Command> => {
  const { reason, ...texts } = sealed.texts;
  const own = await command({ id, target, data: sealed.data, texts });
  return {
    ...own,
    id,
    facts,
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(expectedRev === undefined ? {} : { expectedRev }),
  } as Command;
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
  if (!row || (answeredSeq(row.state, command.id) === undefined && (await judge(services, row, command)))) {
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
  const refusal = await judge(services, row, command);
  if (refusal) {
    throw refusedBy(refusal);
  }
};

const judge = async (
  { definitions, now }: Services,
  { state }: CaseRow,
  command: Command,
): Promise<Refusal | undefined> => {
  const judged = step(await definitions.compiledOf(state), state, command, new Date(now()).toISOString());
  return isRefusal(judged) ? judged : undefined;
};

/** @throws Refused where the world cannot have done it yet */
export const requirePast = (at: string | undefined, nowMs: number, pointer = '/occurredAt'): void => {
  if (at !== undefined && Date.parse(at) > nowMs) {
    throw new Refused('TIME_INVALID', 'That lies in the future.', {
      errors: [{ pointer, message: 'must not be later than now' }],
    });
  }
};
