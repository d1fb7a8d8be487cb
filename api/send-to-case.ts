import type { Context } from 'hono';
import type { CaseRow } from '../db/read/get-case.ts';
import type { Json } from '../machines/kernel/json.ts';
import { answeredSeq } from '../machines/kernel/step.ts';
import { afterCommand, giveAnswer } from './answer.ts';
import { deliverCommand } from './deliver-command.ts';
import type { AppEnv } from './env.ts';
import { requireMatch } from './etag.ts';
import { once } from './idempotency.ts';
import type { CommandParts, Sender } from './prepare-command.ts';
import { findVisibleCase } from './present-case.ts';
import { Refused } from './problem.ts';
import type { Services } from './services.ts';

export interface ToCase extends CommandParts {
  caseId: string;
  /** The code for a case that is not there, or out of sight. */
  unknown?: 'CASE_UNKNOWN' | 'TASK_UNKNOWN';
  /** What tells this request from another under the same key; default: the JSON body. */
  fingerprint?: Json;
}

/** Who sends a request. */
export const senderOf = (c: Context<AppEnv>): Sender => ({
  person: c.get('person'),
  requestId: c.get('requestId'),
  credential: c.get('credential'),
});

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
    // What was answered before is answered again, however old the case is that its sender has read.
    const answered = answeredSeq(known.state, request.id) !== undefined;
    const expectedRev = answered ? undefined : requireMatch(c.req.header('if-match'), known.rev);
    const accepted = await deliverCommand(services, senderOf(c), { ...input, expectedRev }, known, request);
    return afterCommand(services, c, accepted, 200);
  });
  return giveAnswer(services, c, answer);
};
