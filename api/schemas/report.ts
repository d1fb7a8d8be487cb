import { z } from '@hono/zod-openapi';
import { Instant } from './common.ts';
import { jsonAnswer } from './json-content.ts';

/** The time that a report is asked for. */
export const reportQuery = z.strictObject({ from: Instant.optional(), to: Instant.optional() });

/**
 * A report's answer: its time, its lines, and whether it has read all there is.
 *
 * @param name of its schema
 * @param readMax what it reads at most, e.g. `20000 promises`
 */
export const reportAnswer = <T extends z.ZodType>(
  description: string,
  { name, line, readMax }: { name: string; line: T; readMax: string },
) =>
  jsonAnswer(
    description,
    z
      .object({
        from: z.string(),
        to: z.string(),
        whole: z.boolean().describe(`False: there are more than ${readMax}; ask for less time`),
        items: z.array(line),
      })
      .openapi(name),
  );
