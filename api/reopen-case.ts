import type { Context } from 'hono';
import type { CaseRow } from '../db/read/get-case.ts';
import type { Reopening } from '../machines/kernel/command.ts';
import type { JsonObject } from '../machines/kernel/json.ts';
import { reopen } from '../machines/kernel/open.ts';
import { isRefusal } from '../machines/kernel/refusal.ts';
import { answeredSeq } from '../machines/kernel/step.ts';
import { afterCommand, giveAnswer } from './answer.ts';
import type { AppEnv } from './env.ts';
import { requireMatch } from './etag.ts';
import { actingFacts, withAskedFacts } from './facts.ts';
import { type CommandRequest, type KeptAnswer, once } from './idempotency.ts';
import { acceptedAnswer, askEngine, refusedBy } from './judge.ts';
import { findVisibleCase } from './present-case.ts';
import { Refused } from './problem.ts';
import { planSeal } from './seal.ts';
import { type Common, requirePast } from './send-to-case.ts';
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
  row: CaseRow,
  { id, deadlineMs }: CommandRequest,
): Promise<KeptAnswer> => {
  const { store, vault, definitions, cases, now } = services;
  const { tenant, caseId, state } = row;
  const seq = answeredSeq(state, id);
  if (seq !== undefined) {
    return afterCommand(services, c, { caseId, seq, projected: true }, 200);
  }
  requireMatch(c.req.header('if-match'), row.rev);
  requirePast(input.occurredAt, now());
  const { runtime } = await definitions.ofCase(tenant, row.definitionHash);
  const acting = await actingFacts(store, c.get('person'), input.onBehalfOf, state.mode);
  const facts = await withAskedFacts(services, runtime, state, acting);
  const plan = planSeal({
    ...(runtime.reopen === undefined
      ? {}
      : { data: { schema: runtime.reopen.data, root: { $defs: runtime.$defs ?? {} }, value: input.data } }),
    texts: { reason: input.reason },
  });
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
  const reopening = reopeningOf(await plan.seal(vault, { tenant, caseId, commandId: id }, deadlineMs));
  const compile = await definitions.compileInputOf(state);
  const answer = acceptedAnswer(
    await askEngine(services, c, () =>
      cases.start({ compile, start: { type: 'reopen', state, reopening } }, judged.state, { deadlineMs }),
    ),
  );
  return afterCommand(services, c, answer, 200);
};
