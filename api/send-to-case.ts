import type { Context } from 'hono';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import type { Command } from '../machines/kernel/command.ts';
import type { Json, JsonObject, Sealed } from '../machines/kernel/json.ts';
import { isRefusal } from '../machines/kernel/refusal.ts';
import { answeredSeq, step } from '../machines/kernel/step.ts';
import { afterCommand, giveAnswer } from './answer.ts';
import type { Published } from './definitions.ts';
import type { AppEnv } from './env.ts';
import { requireMatch } from './etag.ts';
import { actingFacts, type OnBehalfOf, withAskedFacts, withSecondFactor } from './facts.ts';
import { type CommandRequest, firstWriteUntilMs, type KeptAnswer, once } from './idempotency.ts';
import { acceptedAnswer, askEngine, conditionOf, refusedBy } from './judge.ts';
import { findVisibleCase } from './present-case.ts';
import { Refused } from './problem.ts';
import { type Clear, planSeal } from './seal.ts';
import type { Services } from './services.ts';

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
  published: Published;
  root: { $defs: { [name: string]: JsonObject } };
}

export interface ToCase {
  caseId: string;
  /** The code for a case that is not there, or out of sight. */
  unknown?: 'CASE_UNKNOWN' | 'TASK_UNKNOWN';
  common: Common;
  /** What tells this request from another under the same key; default: the JSON body. */
  fingerprint?: Json;
  /** What of it is personal; the reason always is. */
  clear?: (target: Target) => Clear;
  /** May do work that must precede the command, once nothing speaks against the request any more. */
  command: (sealed: {
    id: string;
    target: Target;
    data: JsonObject | undefined;
    texts: { [field: string]: Sealed };
  }) => OwnPart | Promise<OwnPart>;
}

/** Sends a command to a case and answers with the case after it. */
export const sendToCase = async (
  services: Services,
  c: Context<AppEnv>,
  input: ToCase,
): Promise<Response> => {
  const { tenant } = c.get('person');
  const body = input.fingerprint ?? c.get('body') ?? null;
  let known: CaseRow | undefined;
  const subject = () =>
    known === undefined
      ? ({ kind: 'tenant', id: tenant } as const)
      : ({ kind: 'case', id: known.caseId } as const);
  const answer = await once(services, c, body, subject, async (request) => {
    known = await findVisibleCase(services, c.get('person'), input.caseId);
    if (!known) {
      const code = input.unknown ?? 'CASE_UNKNOWN';
      throw new Refused(code, `There is no such ${code === 'TASK_UNKNOWN' ? 'task' : 'case'}.`);
    }
    return send(services, c, input, known, request);
  });
  return giveAnswer(services, c, answer);
};

const send = async (
  services: Services,
  c: Context<AppEnv>,
  { common, clear, command }: ToCase,
  row: CaseRow,
  { id, deadlineMs, claim }: CommandRequest,
): Promise<KeptAnswer> => {
  const { store, vault, definitions, cases, now } = services;
  const { tenant, caseId, state } = row;
  const seq = answeredSeq(state, id);
  if (seq !== undefined) {
    return afterCommand(services, c, { caseId, seq, projected: true }, 200);
  }
  const expectedRev = requireMatch(c.req.header('if-match'), row.rev);
  requirePast(common.occurredAt, now());
  const published = await definitions.ofCase(tenant, row.definitionHash);
  const target: Target = { row, published, root: { $defs: published.runtime.$defs ?? {} } };
  const facts = await withAskedFacts(
    services,
    published.runtime,
    state,
    withSecondFactor(
      await actingFacts(
        store,
        c.get('person'),
        common.onBehalfOf,
        state.mode,
        { nowMs: now(), kind: state.kind },
        state.excluded,
      ),
      state,
      c.get('credential'),
    ),
  );
  const { texts = {}, data } = clear?.(target) ?? {};
  const plan = planSeal({ data, texts: { ...texts, reason: common.reason } });
  const [, sealed] = await Promise.all([
    claim(),
    plan.seal(vault, { tenant, caseId, commandId: id }, firstWriteUntilMs()),
  ]);
  const { reason, ...otherTexts } = sealed.texts;
  const own = await command({ id, target, data: sealed.data, texts: otherTexts });
  const whole = {
    ...own,
    id,
    facts,
    ...(common.occurredAt === undefined ? {} : { occurredAt: common.occurredAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(expectedRev === undefined ? {} : { expectedRev }),
  } as Command;
  if (state.status === 'closed') {
    await refuseClosed(services, row, whole);
  }
  const outcome = await askEngine(services, c, () => cases.send({ tenant, caseId }, whole, { deadlineMs }));
  if (outcome.type === 'condition' && mayBeDone.includes(outcome.code)) {
    return afterSilence(services, c, whole, { tenant, caseId, code: outcome.code });
  }
  return afterCommand(services, c, acceptedAnswer(outcome), 200);
};

type ConditionCode = Parameters<typeof conditionOf>[0];

/** Conditions under which the command may have been taken all the same, by a run that ended before it answered. */
const mayBeDone: ConditionCode[] = ['CASE_NOT_RUNNING', 'ENGINE_UNAVAILABLE'];

/** The store knows what a run that gave no answer has done. @throws Refused, Condition */
const afterSilence = async (
  services: Services,
  c: Context<AppEnv>,
  command: Command,
  { tenant, caseId, code }: { tenant: string; caseId: string; code: ConditionCode },
): Promise<KeptAnswer> => {
  const row = await getCase(services.store, { tenant, caseId });
  const seq = row && answeredSeq(row.state, command.id);
  if (seq !== undefined) {
    return afterCommand(services, c, { caseId, seq, projected: true }, 200);
  }
  if (row?.status === 'closed' && code === 'CASE_NOT_RUNNING') {
    await refuseClosed(services, row, command);
  }
  throw conditionOf(code);
};

/** A closed case has no run that could judge: the same kernel does it here. @throws Refused */
const refuseClosed = async (
  { definitions, now }: Services,
  row: CaseRow,
  command: Command,
): Promise<void> => {
  const judged = step(
    await definitions.compiledOf(row.state),
    row.state,
    command,
    new Date(now()).toISOString(),
  );
  if (isRefusal(judged)) {
    throw refusedBy(judged);
  }
};

/** @throws Refused where the world cannot have done it yet */
export const requirePast = (at: string | undefined, nowMs: number, pointer = '/occurredAt'): void => {
  if (at !== undefined && Date.parse(at) > nowMs) {
    throw new Refused('TIME_INVALID', 'That lies in the future.', {
      errors: [{ pointer, message: 'must not be later than now' }],
    });
  }
};
