import type { Context } from 'hono';
import { StoreUnavailable } from '../db/failure.ts';
import { getCase } from '../db/read/get-case.ts';
import type { Answer } from '../workflows/messages.ts';
import type { AppEnv } from './env.ts';
import { etagOf } from './etag.ts';
import type { KeptAnswer } from './idempotency.ts';
import { sealedCase } from './present-case.ts';
import type { Services } from './services.ts';
import { isInSight } from './sight.ts';
import { unseal } from './unseal.ts';

/** The answer to an accepted command, to be kept and given: the case after it, or where it will be readable. */
export const afterCommand = async (
  services: Services,
  c: Context<AppEnv>,
  { caseId, seq, projected }: Pick<Answer, 'caseId' | 'seq' | 'projected'>,
  status: 200 | 201,
): Promise<KeptAnswer> => {
  const location = `/v1/cases/${caseId}`;
  const person = c.get('person');
  try {
    const row = projected ? await getCase(services.store, { tenant: person.tenant, caseId }) : undefined;
    if (row && !(await isInSight(services, person, caseId))) {
      return { status: 202, caseId, seq };
    }
    if (row) {
      const body = await sealedCase(services, person, row);
      return { status, caseId, rev: row.rev, body, ...(status === 201 ? { location } : {}) };
    }
  } catch (error) {
    // It has been accepted: what cannot be read now will be readable later.
    if (!(error instanceof StoreUnavailable)) {
      throw error;
    }
  }
  return { status: 202, caseId, seq, location };
};

/** Gives a kept answer to whoever asks now, under the rights they have now. */
export const giveAnswer = async (
  services: Services,
  c: Context<AppEnv>,
  answer: KeptAnswer,
): Promise<Response> => {
  const { status, caseId, rev, seq, location, body } = answer;
  if (location !== undefined) {
    c.header('Location', location);
  }
  if (rev !== undefined) {
    c.header('ETag', etagOf(rev));
  }
  // The person may have lost sight of the case since the answer was kept.
  const hidden =
    body !== undefined && caseId !== undefined && !(await isInSight(services, c.get('person'), caseId));
  return body === undefined || hidden
    ? c.json({ caseId, seq }, status)
    : c.json(await unseal(services.vault, c.get('person'), body), status);
};
