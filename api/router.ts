import { OpenAPIHono, type RouteConfig, type RouteHandler } from '@hono/zod-openapi';
import type { core } from 'zod';
import { pointerStep } from '../machines/kernel/canonical-json.ts';
import type { AppEnv } from './env.ts';
import { type InputError, problemResponse } from './problem.ts';

export type Router = OpenAPIHono<AppEnv>;

/** A router whose refused input is a problem with JSON pointers; every router is made here. */
export const newRouter = (): Router =>
  new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => {
      if (result.success) {
        return undefined;
      }
      if (result.target === 'param') {
        return problemResponse(c, 'NOT_FOUND', 'There is nothing at this address.');
      }
      const errors = result.error.issues.flatMap(inputErrors).slice(0, errorsMax);
      const where = result.target === 'query' ? 'The query' : 'The body';
      return problemResponse(c, 'INPUT_INVALID', `${where} does not have the form that is asked for.`, {
        errors,
      });
    },
  });

/** Errors that one answer lists. */
const errorsMax = 100;

// zod's messages may repeat the value that was sent for a choice or a literal only where they list what is expected.
const inputErrors = (issue: core.$ZodIssue): InputError[] => {
  const pointer = issue.path.map((key) => pointerStep(typeof key === 'number' ? key : String(key))).join('');
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ pointer: pointer + pointerStep(key), message: 'is not a known field' }))
    : [{ pointer, message: issue.message }];
};

/**
 * Registers a route. The handler answers with a plain Response: one function builds all answers to commands, those
 * kept under an Idempotency-Key included, so their status is not known to the compiler.
 */
export const on = <R extends RouteConfig>(
  router: Router,
  route: R,
  handler: (c: Parameters<RouteHandler<R, AppEnv>>[0]) => Promise<Response> | Response,
): void => {
  router.openapi(route, handler as unknown as RouteHandler<R, AppEnv>);
};
