import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type DraftKey, dropDraft, readDraft, saveDraft } from '../../db/own/drafts.ts';
import type { TaskRow } from '../../db/read/list-tasks.ts';
import { SubjectErased } from '../../db/vault/data-key.ts';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import type { AppEnv } from '../env.ts';
import { once } from '../idempotency.ts';
import { findVisibleCase } from '../present-case.ts';
import { Condition, Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems, DataObject, readProblems } from '../schemas/common.ts';
import { subjectOf } from '../seal.ts';
import type { Services } from '../services.ts';
import { knownTask } from '../to-task.ts';

const tags = ['Tasks'];
const params = z.object({ taskId: z.string().min(1).max(200) });
const path = '/v1/tasks/{taskId}/draft';

/** As `complete` takes it, with whatever is missing: nothing of it is checked before it is sent. */
const form = {
  outcome: z.string().max(80).optional(),
  data: DataObject.optional(),
  reason: z.string().max(5_000).optional(),
  answer: z.string().max(5_000).optional(),
};
const savedAt = z.string();
const content = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});

const read = createRoute({
  method: 'get',
  path,
  summary: 'What you have filled in so far to complete a task',
  tags,
  request: { params },
  responses: { 200: content('Your draft', z.object({ ...form, savedAt }).openapi('Draft')), ...readProblems },
});

const save = createRoute({
  method: 'put',
  path,
  summary: 'Keep what you have filled in so far; it is yours alone, and goes when the task ends',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: {
      required: true,
      content: { 'application/json': { schema: z.strictObject(form).openapi('SaveDraft') } },
    },
  },
  responses: { 200: content('Kept', z.object({ savedAt })), ...commandProblems },
});

const drop = createRoute({
  method: 'delete',
  path,
  summary: 'Throw your draft away',
  tags,
  request: { params, headers: commandHeaders },
  responses: { 200: content('Gone', z.object({ taskId: z.string() })), ...commandProblems },
});

const bytesMax = 200_000;

export const draftRoutes = (services: Services): Router => {
  const { vault, now } = services;
  const router = newRouter();

  const find = async (c: Context<AppEnv>, taskId: string): Promise<TaskRow | undefined> => {
    const person = c.get('person');
    const task = await knownTask(services, person, taskId);
    return task && (await findVisibleCase(services, person, task.caseId)) ? task : undefined;
  };
  const keyOf = (c: Context<AppEnv>, taskId: string): DraftKey => {
    const { tenant, id: personId } = c.get('person');
    return { tenant, taskId, personId };
  };
  /** Does it for a task that the sender may see, and answers with what comes of it. */
  const toDraft = async (
    c: Context<AppEnv>,
    taskId: string,
    work: (task: TaskRow) => Promise<Json>,
  ): Promise<Response> => {
    let caseId: string | undefined;
    const subject = () =>
      caseId === undefined
        ? ({ kind: 'tenant', id: c.get('person').tenant } as const)
        : ({ kind: 'case', id: caseId } as const);
    const { body = null } = await once(services, c, c.get('body') ?? null, subject, async ({ claim }) => {
      const task = await find(c, taskId);
      if (!task) {
        throw new Refused('TASK_UNKNOWN', 'There is no such task.');
      }
      ({ caseId } = task);
      await claim();
      return { status: 200, body: await work(task) };
    });
    return c.json(body);
  };

  on(router, read, async (c) => {
    const { taskId } = c.req.valid('param');
    const task = await find(c, taskId);
    const draft = task && (await readDraft(vault, keyOf(c, taskId)));
    if (!draft) {
      throw new Condition('NOT_FOUND', 'You have no draft of such a task.');
    }
    return c.json({ ...draft.form, savedAt: new Date(draft.savedAtMs).toISOString() });
  });

  on(router, save, (c) => {
    const { taskId } = c.req.valid('param');
    const filled = c.req.valid('json') as JsonObject;
    if (Buffer.byteLength(canonicalJson(filled)) > bytesMax) {
      throw new Condition('BODY_TOO_LARGE', `A draft may have ${bytesMax} bytes.`);
    }
    return toDraft(c, taskId, async ({ caseId }) => {
      const savedAtMs = now();
      const kept = await saveDraft(vault, keyOf(c, taskId), {
        ...{ subject: subjectOf(caseId), form: filled, savedAtMs },
      }).catch((error: unknown) => {
        throw error instanceof SubjectErased
          ? new Refused('DATA_INVALID', 'The personal values of this case were erased; it takes no new ones.')
          : error;
      });
      if (!kept) {
        throw new Refused('TASK_NOT_OPEN', 'The task is closed.');
      }
      return { savedAt: new Date(savedAtMs).toISOString() };
    });
  });

  on(router, drop, (c) => {
    const { taskId } = c.req.valid('param');
    return toDraft(c, taskId, async () => {
      await dropDraft(vault, keyOf(c, taskId));
      return { taskId };
    });
  });
  return router;
};
