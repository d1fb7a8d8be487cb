import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { StoreUnavailable } from '../db/failure.ts';
import { CursorInvalid } from '../db/read/cursor.ts';
import { DocumentRefused } from '../db/vault/documents.ts';
import type { AppEnv } from './env.ts';
import { framesOf } from './error-frames.ts';
import { Condition, problemResponse, Refused } from './problem.ts';
import type { Services } from './services.ts';

/** The problem that a failure is answered with. What nobody expected is logged without its message, and is a 500. */
export const failureResponse =
  ({ log }: Services) =>
  (error: Error, c: Context<AppEnv>): Response => {
    if (error instanceof Refused) {
      return problemResponse(c, error.code, error.message, {
        allowed: error.allowed ?? [],
        errors: error.errors,
      });
    }
    if (error instanceof Condition) {
      return problemResponse(c, error.code, error.message, {
        errors: error.errors,
        retryAfterS: error.retryAfterS,
      });
    }
    if (error instanceof StoreUnavailable) {
      return problemResponse(c, 'STORE_UNAVAILABLE', 'The database cannot be used now; nothing was done.', {
        retryAfterS: 2,
      });
    }
    if (error instanceof CursorInvalid) {
      return problemResponse(c, 'CURSOR_INVALID', 'The cursor does not belong to this list and order.');
    }
    if (error instanceof DocumentRefused) {
      return problemResponse(c, 'BODY_TOO_LARGE', 'The document is too large.');
    }
    if (error instanceof HTTPException && error.status === 415) {
      return problemResponse(c, 'MEDIA_TYPE_UNSUPPORTED', 'This content type is not taken here.');
    }
    if (error instanceof HTTPException && error.status === 400) {
      return problemResponse(c, 'BODY_MALFORMED', 'The body cannot be parsed.');
    }
    log({ level: 'error', message: 'A request failed', requestId: c.get('requestId'), ...framesOf(error) });
    return problemResponse(c, 'INTERNAL', 'It has been logged under the request id.');
  };
