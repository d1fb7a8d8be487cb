import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from './env.ts';
import { type ApiRefusalCode, type ConditionCode, type ProblemCode, problemCodes } from './problem-codes.ts';

/** One thing wrong with what was sent: where, as a JSON pointer into the body, and a sentence without the value. */
export interface InputError {
  pointer: string;
  message: string;
}

/** An RFC 9457 problem. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    requestId: z.string(),
    allowed: z.array(z.string()).optional(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');

/** A command that was judged and not accepted. It is recorded before it is answered. */
export class Refused extends Error {
  readonly code: ApiRefusalCode;
  readonly allowed: string[] | undefined;
  readonly errors: InputError[] | undefined;
  constructor(
    code: ApiRefusalCode,
    detail: string,
    more: { allowed?: string[]; errors?: InputError[] } = {},
  ) {
    super(detail);
    this.name = 'Refused';
    this.code = code;
    this.allowed = more.allowed;
    this.errors = more.errors;
  }
}

/** A request that could not be judged at all: counted, not recorded. */
export class Condition extends Error {
  readonly code: ConditionCode;
  readonly retryAfterS: number | undefined;
  readonly errors: InputError[] | undefined;
  constructor(
    code: ConditionCode,
    detail: string,
    more: { retryAfterS?: number; errors?: InputError[]; cause?: unknown } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'Condition';
    this.code = code;
    this.retryAfterS = more.retryAfterS;
    this.errors = more.errors;
  }
}

/** Answers with a problem of this code; counts it. */
export const problemResponse = (
  c: Context<AppEnv>,
  code: ProblemCode,
  detail: string,
  more: {
    allowed?: string[] | undefined;
    errors?: InputError[] | undefined;
    retryAfterS?: number | undefined;
  } = {},
): Response => {
  const { status, title } = problemCodes[code];
  c.set('problemCode', code);
  const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' };
  if (more.retryAfterS !== undefined) {
    headers['retry-after'] = String(more.retryAfterS);
  }
  if (status === 401) {
    headers['www-authenticate'] = 'Bearer realm="caseloom"';
  }
  const problem = {
    type: `/problems/${code}`,
    title,
    status,
    detail,
    instance: c.req.path,
    code,
    requestId: c.get('requestId'),
    ...(more.allowed === undefined ? {} : { allowed: more.allowed }),
    ...(more.errors === undefined ? {} : { errors: more.errors }),
  };
  return c.body(JSON.stringify(problem), status as ContentfulStatusCode, headers);
};
