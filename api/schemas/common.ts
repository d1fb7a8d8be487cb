import { z } from '@hono/zod-openapi';
import { isInstant } from '../../machines/kernel/instant.ts';
import { Problem } from '../problem.ts';

/** An instant: RFC 3339 with a zone. */
export const Instant = z
  .string()
  .max(40)
  .refine(isInstant, { error: 'must be an RFC 3339 instant with a zone, such as 2026-03-02T01:00:00Z' })
  .openapi({ format: 'date-time' });

export const CaseId = z
  .string()
  .min(1)
  .max(200)
  .openapi({ param: { name: 'caseId', in: 'path' } });

export const DataObject = z.record(z.string(), z.unknown());

export const Reason = z.string().trim().min(1).max(5_000);

export const PolicyHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of a table of who may do what, as `GET /v1/policy` tells it');

export const OnBehalfOf = z
  .union([
    z.strictObject({ customer: z.literal(true) }),
    z.strictObject({ personId: z.string().min(1).max(200) }),
  ])
  .openapi('OnBehalfOf');

/** What every command may carry. */
export const commonFields = {
  reason: Reason.optional(),
  occurredAt: Instant.optional().describe('When the world did it; never later than now'),
  onBehalfOf: OnBehalfOf.optional().describe('The customer; or, in an import, the person who did it then'),
};

/** Headers of a command. They are read by hand: a missing key is a problem of its own. */
export const commandHeaders = z.object({
  'idempotency-key': z.string().optional().describe('Required: 1 to 200 characters, kept for 24 hours'),
  'if-match': z.string().optional().describe('The ETag of the case that was read; stale: 412'),
});

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).optional(),
  cursor: z.string().max(2_000).optional(),
};

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

/** Problems that any request may meet. */
export const readProblems = {
  401: problem('Not signed in'),
  404: problem('Missing, or not visible to the caller: the same answer'),
  422: problem('The query is not valid'),
  503: problem('The store cannot be used now; `Retry-After` says when'),
};

/** Problems that any command may meet. */
export const commandProblems = {
  ...readProblems,
  400: problem('No JSON, or no Idempotency-Key'),
  403: problem('Another role is required'),
  409: problem('Refused; `allowed` lists what is possible instead'),
  412: problem('If-Match is stale'),
  413: problem('Too large'),
  415: problem('Another content type is expected'),
  422: problem('The input is not valid; `errors` points at it'),
  503: problem('Engine or store are behind or away; `Retry-After` says when to send it again'),
};
