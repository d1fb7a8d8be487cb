import type { MiddlewareHandler } from 'hono';
import { personByToken } from '../db/own/tokens.ts';
import type { AppEnv } from './env.ts';
import { Condition } from './problem.ts';
import type { Services } from './services.ts';

const tokenPattern = /^Bearer +([A-Za-z0-9._~+/=-]{1,500})$/i;

/** Finds out who sends a request. Rights are read anew each time: one taken away is gone from the next request on. */
export const authenticate =
  ({ store, now }: Services): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const token = tokenPattern.exec(c.req.header('authorization') ?? '')?.[1];
    const person = token === undefined ? undefined : await personByToken(store, token, now());
    if (!person) {
      throw new Condition(
        'AUTHENTICATION_REQUIRED',
        'Send `Authorization: Bearer` with a token that is valid.',
      );
    }
    c.set('person', person);
    await next();
  };
