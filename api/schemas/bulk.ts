import { z } from '@hono/zod-openapi';
import type { BulkCounts } from '../../db/own/bulk-counts.ts';
import { bulkItemsMax } from '../../db/own/bulk-course.ts';
import type { BulkItem } from '../../db/own/bulk-items.ts';
import { type BulkJob, isCaseVerb } from '../../db/own/bulk-jobs.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { page } from './case.ts';
import { Instant, PolicyHash, Reason } from './common.ts';

/** What is done in bulk. None of it decides anything: outcomes, refusals and overrides are sent one by one. */
const verbs = [
  'claim',
  'release',
  'reassign',
  'delegate',
  'remind',
  'copy',
  'comment',
  'adopt-policy',
] as const;

/** The verbs that take an argument; they need it, and no other takes it. */
const takenBy: { [arg in 'to' | 'text' | 'until']: readonly (typeof verbs)[number][] } = {
  to: ['reassign', 'delegate', 'copy', 'adopt-policy'],
  text: ['comment'],
  until: ['delegate'],
};

export const itemStatuses = ['waiting', 'done', 'allowed', 'refused', 'failed', 'cancelled'] as const;

const PersonId = z.string().min(1).max(200);

const Filter = z.strictObject({
  view: z.enum(['mine', 'candidate', 'team', 'all']).optional().describe('Default mine'),
  kind: z.string().max(60).optional(),
  dueBefore: Instant.optional(),
  overdue: z.enum(['true', 'false']).optional(),
  q: z.string().min(1).max(200).optional(),
  sort: z.enum(['due', 'opened', 'priority']).optional(),
});

export const StartBulkBody = z
  .strictObject({
    verb: z.enum(verbs),
    args: z
      .strictObject({
        to: z
          .union([PersonId, z.array(PersonId).min(1).max(50)])
          .optional()
          .describe(
            '`reassign`, `delegate`: who gets the tasks; `copy`: a list of people; `adopt-policy`: the hash of the table in force',
          ),
        text: Reason.optional().describe('`comment`: what is said of each'),
        until: Instant.optional().describe('`delegate`: when the tasks are their owner’s again'),
      })
      .optional(),
    ids: z.array(z.string().min(1).max(200)).min(1).max(bulkItemsMax).optional(),
    filter: Filter.optional().describe(
      'Instead of ids, a worklist as it is now; of `adopt-policy` the open cases under another table, with `kind` alone',
    ),
    reason: Reason.optional(),
    dryRun: z.boolean().optional().describe('Judge each item and change nothing'),
    perSecond: z.int().min(1).max(100).default(25).describe('Items begun in a second, at most'),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    ...{ path: ['ids'], message: 'give either ids or a filter' },
  })
  .superRefine(({ verb, args = {} }, context) => {
    for (const [arg, of] of Object.entries(takenBy)) {
      if (of.includes(verb) !== arg in args) {
        const message = `is for ${of.join(', ')}, and needed there`;
        context.addIssue({ code: 'custom', path: ['args', arg], message });
      }
    }
  })
  .refine(({ verb, args }) => args?.to === undefined || Array.isArray(args.to) === (verb === 'copy'), {
    ...{ path: ['args', 'to'], message: 'is a list for copy, and one name for any other verb' },
  })
  .refine(({ verb, args }) => verb !== 'adopt-policy' || PolicyHash.safeParse(args?.to).success, {
    ...{ path: ['args', 'to'], message: 'must be the hash of a table' },
  })
  .refine(({ verb, reason }) => verb !== 'adopt-policy' || reason !== undefined, {
    ...{ path: ['reason'], message: 'is needed for adopt-policy' },
  })
  .refine(
    ({ verb, filter = {} }) => verb !== 'adopt-policy' || Object.keys(filter).every((key) => key === 'kind'),
    { ...{ path: ['filter'], message: 'has only `kind` for adopt-policy' } },
  )
  .openapi('StartBulk');

const counted = z.object(
  Object.fromEntries(itemStatuses.map((status) => [status, z.int()])) as {
    [status in (typeof itemStatuses)[number]]: z.ZodInt;
  },
);

const job = {
  jobId: z.string(),
  verb: z.enum(verbs),
  to: z.string().nullable().describe('Null where there is none, or where there are several'),
  dryRun: z.boolean(),
  perSecond: z.int(),
  status: z.enum(['running', 'paused', 'cancelled', 'ended']),
  total: z.int(),
  counts: counted,
  startedAt: z.string(),
  endedAt: z.string().nullable(),
};

export const BulkJobView = z.object(job).openapi('BulkJob');
export const BulkJobPage = page(BulkJobView);

export const BulkWithItems = z
  .object({
    ...job,
    items: z.array(
      z.object({
        n: z.int(),
        taskId: z.string().nullable().describe('Null where the item is a case'),
        caseId: z.string().nullable(),
        status: z.enum(itemStatuses).describe('`allowed`: a dry run found nothing against it'),
        code: z.string().nullable().describe('Why it was refused or failed'),
        seq: z.int().nullable().describe('The entry of the case that it became'),
        at: z.string().nullable(),
      }),
    ),
    next: z.string().nullable(),
  })
  .openapi('BulkJobWithItems');

const instantOf = (atMs: number | null): string | null =>
  atMs === null ? null : new Date(atMs).toISOString();

export const bulkJobView = (
  { jobId, verb, toId, dryRun, perSecond, status, startedAtMs, endedAtMs }: BulkJob,
  counts: BulkCounts,
): { [key: string]: Json } => ({
  ...{ jobId, verb, to: toId, dryRun, perSecond },
  total: Object.values(counts).reduce((sum, n) => sum + n, 0),
  // Whether a run of it is known already is nobody's concern.
  status: status === 'asked' ? 'running' : status,
  counts: Object.fromEntries(itemStatuses.map((each) => [each, counts[each] ?? 0])),
  startedAt: instantOf(startedAtMs),
  endedAt: instantOf(endedAtMs),
});

/** An item as its job's starter sees it: the id is one that they gave themselves, or were shown. */
export const bulkItemView = (
  { verb }: Pick<BulkJob, 'verb'>,
  { n, itemId, caseId, status, code, seq, atMs }: BulkItem,
) => ({
  ...(isCaseVerb(verb) ? { n, taskId: null, caseId: itemId } : { n, taskId: itemId, caseId }),
  ...{ status, code, seq },
  at: instantOf(atMs),
});
