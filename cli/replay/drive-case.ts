import { codeOf, type SendRequest, sendUntilAnswered } from './case-api.ts';
import { type CaseAnswer, followCase, isCaseAnswer } from './follow-case.ts';
import { type CasePlan, customer, type PlannedStep } from './plan.ts';
import type { Tally } from './tally.ts';

/** How commands are sent: as an import on behalf of who did it then, or by each person now. */
export type Sender = {
  readonly send: SendRequest;
  readonly mode: 'historical' | 'live';
  /** Waits for this command's turn. */
  readonly pace?: () => Promise<void>;
  readonly signal?: AbortSignal;
};

/** Whose token imports cases, and whose takes the customers' calls. */
const importer = 'admin';
const customerProxy = 'agent';

/**
 * Opens a planned case and takes it through its steps, each under a key of its own, so that done again it changes
 * nothing. Stops at the first step that is refused against the plan. Undefined where the opening is refused already.
 */
export const driveCase = async (
  { key, opening, steps }: CasePlan,
  sender: Sender,
  tally: Tally,
): Promise<CaseAnswer | undefined> => {
  const { send, mode, pace, signal } = sender;
  const command = async (
    { as, refused }: Pick<PlannedStep, 'as' | 'refused'>,
    path: string,
    body: object,
    n: number,
  ): Promise<{ ok: boolean; answer?: unknown }> => {
    await pace?.();
    const request = {
      person: as === customer ? customerProxy : mode === 'historical' ? importer : as,
      method: 'POST',
      path,
      body: body instanceof FormData ? body : { ...body, ...onBehalfOf(as, mode) },
      key: `${key}#${n}`,
    } as const;
    const { status, body: answer, latencyMs, retries } = await sendUntilAnswered(send, request, signal);
    if (status < 300) {
      tally.accepted(latencyMs, retries);
      return { ok: true, answer };
    }
    const code = codeOf(answer) ?? `HTTP_${status}`;
    if (code === refused) {
      tally.refusedAsPlanned();
      return { ok: true };
    }
    tally.refused(code, `${key}: ${path}${'type' in body ? ` ${body.type}` : ''}`);
    return { ok: false };
  };

  const { body, as } = opening;
  const opened = await command({ as }, '/v1/cases', mode === 'historical' ? { ...body, mode } : body, 0);
  if (!opened.ok) {
    return undefined;
  }
  const { caseId } = opened.answer as { caseId: string };
  let childId: string | undefined;
  let latest = opened.answer;
  for (const [index, step] of steps.entries()) {
    if (step.on === 'child' && childId === undefined) {
      const parent = await followCase(send, caseId, (read) => childOf(read) !== undefined, signal);
      childId = parent && childOf(parent);
    }
    const target = step.on === 'child' ? childId : caseId;
    if (target === undefined || !(await reached(step, target, latest, sender))) {
      tally.refused('STATE_NOT_REACHED', `${key}: ${step.awaits ?? 'a child case'}`);
      break;
    }
    const path = `/v1/cases/${target}/${'document' in step ? 'documents' : 'events'}`;
    const { ok, answer } = await command(step, path, bodyOf(step, mode), index + 1);
    if (!ok) {
      break;
    }
    latest = answer ?? latest;
  }
  return isCaseAnswer(latest) && latest.caseId === caseId
    ? latest
    : followCase(send, caseId, () => true, signal);
};

const childOf = ({ links }: CaseAnswer): string | undefined =>
  links.find(({ rel }) => rel === 'part-of')?.caseId;

const reached = async (
  { awaits }: PlannedStep,
  caseId: string,
  latest: unknown,
  { send, signal }: Sender,
): Promise<boolean> => {
  const isThere = (read: CaseAnswer): boolean =>
    awaits === undefined || (read.caseId === caseId && read.states.includes(awaits));
  return (
    awaits === undefined ||
    (isCaseAnswer(latest) && isThere(latest)) ||
    (await followCase(send, caseId, isThere, signal)) !== undefined
  );
};

const bodyOf = (step: PlannedStep, mode: Sender['mode']): object => {
  const { as, on: _on, awaits: _awaits, refused: _refused, ...rest } = step;
  if (!('document' in rest)) {
    return rest;
  }
  const form = new FormData();
  const text = `%PDF-1.4\n% Generated: a paper that shows nothing.\n`;
  form.set('file', new File([text], `generated-${rest.document}.pdf`, { type: 'application/pdf' }));
  form.set('key', rest.document);
  for (const [name, value] of [
    ['reason', rest.reason],
    ['occurredAt', rest.occurredAt],
    ['onBehalfOf', JSON.stringify(onBehalfOf(as, mode).onBehalfOf)],
  ] as const) {
    if (value !== undefined) {
      form.set(name, value);
    }
  }
  return form;
};

const onBehalfOf = (as: string, mode: Sender['mode']) => {
  if (as === customer) {
    return { onBehalfOf: { customer: true } };
  }
  return mode === 'historical' ? { onBehalfOf: { personId: as } } : {};
};
