import { z } from '@hono/zod-openapi';

/** Something that must or should be changed, as lint tells it. */
export const Finding = z
  .object({
    pointer: z.string(),
    code: z.string(),
    message: z.string(),
    fix: z.string(),
    severity: z.enum(['error', 'warning']),
  })
  .openapi('Finding');
