import { createRoute, z } from '@hono/zod-openapi';
import { giveAnswer } from '../answer.ts';
import { once } from '../idempotency.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { CaseId, commandHeaders, commandProblems, readProblems } from '../schemas/common.ts';
import { jsonAnswer, jsonBody } from '../schemas/json-content.ts';
import type { Services } from '../services.ts';
import { approveBatch } from './batch.ts';
import { approvalCard } from './card.ts';
import { recordCardRead } from './read-cards.ts';
import type { SendInside } from './send-inside.ts';
import { waitingApprovals } from './waiting.ts';

const tags = ['Approvals'];
const itemsMax = 100;
const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const TaskId = z.string().min(1).max(200);
const Money = z.object({ amount: z.int(), currency: z.string() });
const Titled = z.object({ zh: z.string(), en: z.string() });

const Waiting = z
  .object({
    taskId: TaskId,
    caseId: z.string(),
    number: z.string(),
    title: Titled,
    proposer: z.string(),
    amount: Money.nullable(),
    step: z.string().nullable(),
    dueAt: z.string().nullable(),
    subjectHash: Hash,
    group: z.string().describe('The same for those that may be approved together'),
    hold: z.string().nullable().describe('The code for why it cannot be, or null'),
  })
  .openapi('WaitingApproval');

const list = createRoute({
  method: 'get',
  path: '/v1/approvals',
  summary: 'List the approvals that wait for you, at most 50',
  tags,
  responses: {
    200: jsonAnswer('They', z.object({ items: z.array(Waiting) })),
    ...readProblems,
  },
});

const read = createRoute({
  method: 'get',
  path: '/v1/approvals/{caseId}',
  summary: 'Read the card of an approval; that you did is recorded',
  tags,
  request: { params: z.object({ caseId: CaseId }) },
  responses: {
    200: jsonAnswer(
      'All that the decision rests on',
      z.looseObject({ caseId: z.string(), status: z.string(), subjectHash: Hash }).openapi('ApprovalCard'),
    ),
    ...readProblems,
  },
});

const batch = createRoute({
  method: 'post',
  path: '/v1/approvals/batch',
  summary: 'Approve several at the same step, each by itself; one that is refused stops no other',
  tags,
  request: {
    headers: commandHeaders,
    body: jsonBody(
      z
        .strictObject({
          items: z
            .array(
              z.strictObject({
                taskId: TaskId,
                subjectHash: Hash.describe('As it stood on the card that you have read'),
              }),
            )
            .min(1)
            .max(itemsMax)
            .refine((items) => new Set(items.map(({ taskId }) => taskId)).size === items.length, {
              error: 'must name each task once',
            }),
        })
        .openapi('ApprovalBatch'),
    ),
  },
  responses: {
    200: jsonAnswer(
      'What became of each',
      z
        .object({
          batchId: z.string(),
          items: z.array(
            z.object({
              taskId: TaskId,
              caseId: z.string().nullable(),
              result: z.enum(['approved', 'refused']),
              code: z.string().optional(),
            }),
          ),
        })
        .openapi('ApprovalBatchResult'),
    ),
    ...commandProblems,
  },
});

/** Approvals over the API: what waits, the card, and several at once. */
export const approvalApiRoutes = (services: Services, send: SendInside): Router => {
  const router = newRouter();

  on(router, list, async (c) => {
    const waiting = await waitingApprovals(services, c);
    return c.json({
      items: waiting.map(
        ({ amount = null, hold = null, stepTitle: _, askingNumber: __, zone: ___, ...row }) => ({
          ...row,
          amount,
          hold,
        }),
      ),
    });
  });

  on(router, read, async (c) => {
    const reader = { reader: c.get('person'), credential: c.get('credential') };
    const card = await approvalCard(services, reader, c.req.valid('param').caseId);
    if (!card) {
      throw new Condition('NOT_FOUND', 'There is no such approval.');
    }
    await recordCardRead(services, c, card);
    return c.json(card as object);
  });

  on(router, batch, async (c) => {
    const body = c.req.valid('json');
    const { tenant } = c.get('person');
    const subject = () => ({ kind: 'tenant', id: tenant }) as const;
    const answer = await once(services, c, body, subject, async ({ id, claim }) => {
      const batchId = `b-${id.slice(0, 32)}`;
      await claim();
      const items = await approveBatch(services, c, send, { batchId, items: body.items });
      return { status: 200, body: { batchId, items: items.map((row) => ({ ...row })) } };
    });
    return giveAnswer(services, c, answer);
  });
  return router;
};
