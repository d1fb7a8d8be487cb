import type { z } from 'zod';
import { CommandError } from '../command-error.ts';
import { ClaimFile } from './claim-file.ts';
import { ComplaintFile } from './complaint-file.ts';
import type { CasePlan } from './plan.ts';
import { planClaim } from './plan-claim.ts';
import { planComplaint } from './plan-complaint.ts';
import { readJsonLines } from './read-lines.ts';

export type SourceKind = 'complaints' | 'claims';

/** A kind of input: the field that tells its lines, how one is read, and the case it becomes. */
const source = <T>(mark: string, schema: z.ZodType<T>, plan: (file: T) => CasePlan) => ({
  mark,
  read: ({ value, place }: { value: unknown; place: string }): CasePlan => {
    const read = schema.safeParse(value);
    if (!read.success) {
      const [issue] = read.error.issues;
      throw new CommandError(`${place}: ${issue?.path.join('.')}: ${issue?.message}`, usageErrorCode);
    }
    return plan(read.data);
  },
});

const usageErrorCode = 2;

const sources = {
  complaints: source('fileNo', ComplaintFile, planComplaint),
  claims: source('claimNo', ClaimFile, planClaim),
} satisfies { [kind in SourceKind]: ReturnType<typeof source> };

export const sourceKinds = Object.keys(sources) as SourceKind[];

/**
 * The cases that a file of JSON lines tells: all, or so many spread evenly over it, so that a few show the whole.
 *
 * @param kind default: by the first line's own fields
 * @throws CommandError naming the line that cannot be read
 */
export const readPlans = async (
  file: string,
  { limit, kind }: { limit?: number; kind?: SourceKind },
): Promise<{ kind: SourceKind; plans: CasePlan[]; lines: number }> => {
  const values: { line: number; value: unknown }[] = [];
  try {
    for await (const line of readJsonLines(file)) {
      values.push(line);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file}: cannot be read as JSON lines (${reason}).`, usageErrorCode);
  }
  const first = values[0]?.value;
  const found = kind ?? sourceKinds.find((each) => hasField(first, sources[each].mark));
  if (found === undefined) {
    const marks = sourceKinds.map((each) => `${each} have "${sources[each].mark}"`).join(', ');
    throw new CommandError(`${file}: of no kind that is known (${marks}).`, usageErrorCode);
  }
  const wanted = Math.min(limit ?? values.length, values.length);
  const plans = Array.from({ length: wanted }, (_, index) => {
    const { line, value } = values[Math.floor((index * values.length) / wanted)] ?? { line: 0, value: null };
    return sources[found].read({ value, place: `${file}, line ${line}` });
  });
  return { kind: found, plans, lines: values.length };
};

const hasField = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && name in value;
