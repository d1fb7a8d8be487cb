import type { z } from '@hono/zod-openapi';

const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });

/** A route's answer in JSON. */
export const jsonAnswer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  ...json(schema),
});

/** A body in JSON without which a route is not asked. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({ required: true, ...json(schema) });
