import { codeOf, type SendRequest, sendUntilAnswered } from './case-api.ts';
import { type CasePlan, customer } from './plan.ts';
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

/** The parts of a case that a run's figures are made from. */
export type DrivenCase = {
  readonly caseId: string;
  readonly status: string;
  readonly deadlines: readonly {
    readonly name: string;
    readonly status: string;
    readonly breachedAt?: string;
  }[];
};

/**
 * Opens a planned case and takes it through its steps, each under a key of its own, so that done again it changes
 * nothing. Stops at the first step that is refused. Undefined where the opening is refused already.
 */
export const driveCase = async (
  { key, opening, steps }: CasePlan,
  sender: Sender,
  tally: Tally,
): Promise<DrivenCase | undefined> => {
  const { send, mode, pace, signal } = sender;
  let latest: unknown;
  const command = async (as: string, path: string, body: object, n: number): Promise<boolean> => {
    await pace?.();
    const request = {
      person: as === customer ? customerProxy : mode === 'historical' ? importer : as,
      method: 'POST',
      path,
      body: { ...body, ...onBehalfOf(as, mode) },
      key: `${key}#${n}`,
    } as const;
    const { status, body: answer, latencyMs, retries } = await sendUntilAnswered(send, request, signal);
    if (status >= 300) {
      tally.refused(codeOf(answer) ?? `HTTP_${status}`, `${key}: ${'type' in body ? body.type : 'opening'}`);
      return false;
    }
    tally.accepted(latencyMs, retries);
    latest = answer;
    return true;
  };

  const { body, as } = opening;
  const opened = await command(as, '/v1/cases', mode === 'historical' ? { ...body, mode } : body, 0);
  if (!opened) {
    return undefined;
  }
  const { caseId } = latest as { caseId: string };
  for (const [index, { as: by, ...step }] of steps.entries()) {
    if (!(await command(by, `/v1/cases/${caseId}/events`, step, index + 1))) {
      break;
    }
  }
  if (!isCase(latest)) {
    // The last answer said that the case is stored but not readable yet.
    const request = { person: importer, method: 'GET', path: `/v1/cases/${caseId}` } as const;
    latest = (await sendUntilAnswered(send, request, signal)).body;
  }
  return isCase(latest) ? latest : { caseId, status: 'unknown', deadlines: [] };
};

const onBehalfOf = (as: string, mode: Sender['mode']) => {
  if (as === customer) {
    return { onBehalfOf: { customer: true } };
  }
  return mode === 'historical' ? { onBehalfOf: { personId: as } } : {};
};

const isCase = (value: unknown): value is DrivenCase =>
  typeof value === 'object' && value !== null && 'deadlines' in value && Array.isArray(value.deadlines);
