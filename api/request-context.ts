import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './env.ts';
import { routePattern } from './idempotency.ts';
import type { Services } from './services.ts';

/** Gives each request an id, counts it, and sets the headers that every answer has. */
export const requestContext =
  ({ metrics }: Services): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const startedMs = performance.now();
    c.set('requestId', randomUUID());
    c.header('x-request-id', c.get('requestId'));
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    if (c.req.path.startsWith('/v1/')) {
      c.header('cache-control', 'no-store');
    }
    await next();
    metrics.request({
      method: c.req.method,
      route: c.res.status === 404 && c.get('problemCode') === 'NOT_FOUND' ? 'none' : routePattern(c),
      status: c.res.status,
      seconds: (performance.now() - startedMs) / 1000,
      code: c.get('problemCode'),
    });
  };
