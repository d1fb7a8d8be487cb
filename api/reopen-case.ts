import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'hono';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import type { Reopening } from '../machines/kernel/command.ts';
import type { JsonObject } from '../machines/kernel/json.ts';
import { reopen } from '../machines/kernel/open.ts';
import { isRefusal } from '../machines/kernel/refusal.ts';
import { answeredSeq } from '../machines/kernel/step.ts';
import type { Outcome } from '../workflows/client/outcome.ts';
import { afterCommand, giveAnswer } from './answer.ts';
import type { AppEnv } from './env.ts';
import { requireMatch } from './etag.ts';
import { actingFacts, withAskedFacts } from './facts.ts';
import { type CommandRequest, firstWriteUntilMs, type KeptAnswer, once } from './idempotency.ts';
import { acceptedAnswer, askEngine, refusedBy } from './judge.ts';
import { requireNamedPersons } from './named-persons.ts';
import type { Common } from './prepare-command.ts';
import { findVisibleCase } from './present-case.ts';
import { Condition, Refused } from './problem.ts';
import { requirePast } from './require-past.ts';
import { planSeal } from './seal.ts';
import { senderOf } from './send-to-case.ts';
import type { Services } from './services.ts';

export interface ReopenCase extends Common {
  data?: JsonObject | undefined;
}

/** Opens a closed case again, in a new run from what the store holds of it; judged here first. */
export const reopenCase = async (
  services: Services,
  c: Context<AppEnv>,
  caseId: string,
  input: ReopenCase,
): Promise<Response> => {
  const { tenant } = c.get('person');
  let known: CaseRow | undefined;
  const subject = () =>
    known ? ({ kind: 'case', id: known.caseId } as const) : ({ kind: 'tenant', id: tenant } as const);
  const answer = await once(services, c, c.get('body') ?? null, subject, async (request) => {
    known = await findVisibleCase(services, c.get('person'), caseId);
    if (!known) {
      throw new Refused('CASE_UNKNOWN', 'There is no such case.');
    }
    return start(services, c, input, known, request);
  });
  return giveAnswer(services, c, answer);
};

const start = async (
  services: Services,
  c: Context<AppEnv>,
  input: ReopenCase,
  first: CaseRow,
  request: CommandRequest,
): Promise<KeptAnswer> => {
  const { tenant, caseId } = first;
  if (answeredSeq(first.state, request.id) === undefined) {
    requireMatch(c.req.header('if-match'), first.rev);
    requirePast(input.occurredAt, services.now());
  }
  if (first.status === 'closed') {
    await untilEnded(services, c, { tenant, caseId }, request.deadlineMs);
  }
  const row = (await getCase(services.store, { tenant, caseId })) ?? first;
  const seq = answeredSeq(row.state, request.id);
  return seq === undefined
    ? afterCommand(services, c, acceptedAnswer(await startOnce(services, c, input, row, request)), 200)
    : afterCommand(services, c, { caseId, seq, projected: true }, 200);
};

const pauseMs = 100;

/**
 * Waits for the run that closed the case: what was under way outside when it closed may still add entries, and the next
 * run must begin after the last one.
 * @throws Condition `CASE_BUSY` where that takes too long
 */
const untilEnded = async (
  services: Services,
  c: Context<AppEnv>,
  target: { tenant: string; caseId: string },
  deadlineMs: number,
): Promise<void> => {
  while (!(await askEngine(services, senderOf(c), () => services.cases.hasEnded(target)))) {
    if (Date.now() + pauseMs >= deadlineMs) {
      throw new Condition('CASE_BUSY', 'What was under way when the case was closed has not ended yet.', {
        retryAfterS: 5,
      });
    }
    await delay(pauseMs);
  }
};

const startOnce = async (
  services: Services,
  c: Context<AppEnv>,
  input: ReopenCase,
  { tenant, caseId, state, definitionHash }: CaseRow,
  { id, deadlineMs, claim }: CommandRequest,
): Promise<Outcome> => {
  const { store, vault, definitions, cases, now } = services;
  const { runtime } = await definitions.ofCase(tenant, definitionHash);
  const acting = await actingFacts(
    store,
    c.get('person'),
    input.onBehalfOf,
    state.mode,
    { nowMs: now(), kind: state.kind },
    state.excluded,
  );
  const facts = await withAskedFacts(services, runtime, state, acting);
  const data = runtime.reopen && {
    schema: runtime.reopen.data,
    root: { $defs: runtime.$defs ?? {} },
    value: input.data,
  };
  const plan = planSeal({ data, texts: { reason: input.reason } });
  await requireNamedPersons(services, { tenant, caseId, mode: state.mode }, data);
  const reopeningOf = ({ data, texts: { reason } }: typeof plan.judged): Reopening => ({
    id,
    type: 'reopen',
    facts,
    ...(input.occurredAt === undefined ? {} : { occurredAt: input.occurredAt }),
    ...(data === undefined ? {} : { data }),
    ...(reason === undefined ? {} : { reason }),
  });
  const at = new Date(now()).toISOString();
  const judged = reopen(await definitions.compiledOf(state), state, reopeningOf(plan.judged), at);
  if (isRefusal(judged)) {
    throw refusedBy(judged);
  }
  const [, sealed] = await Promise.all([
    claim(),
    plan.seal(vault, { tenant, caseId, commandId: id }, firstWriteUntilMs()),
  ]);
  const reopening = reopeningOf(sealed);
  const compile = await definitions.compileInputOf(state);
  return askEngine(services, senderOf(c), () =>
    cases.start({ compile, start: { type: 'reopen', state, reopening } }, judged.state, { deadlineMs }),
  );
};
