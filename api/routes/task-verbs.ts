import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { getPerson } from '../../db/own/people.ts';
import { getTask } from '../../db/read/get-case.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { own } from '../../machines/kernel/own.ts';
import { maySeeState } from '../case-view.ts';
import type { AppEnv } from '../env.ts';
import { actorOf } from '../facts.ts';
import { idPattern } from '../present-case.ts';
import { Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { caseAnswers } from '../schemas/case.ts';
import { commandHeaders, commandProblems, commonFields, DataObject, Reason } from '../schemas/common.ts';
import { sendToCase, type ToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';

const params = z.object({ taskId: z.string().min(1).max(200) });

const verbRoute = <B extends z.ZodType>(verb: string, summary: string, schema: B, required: boolean) =>
  createRoute({
    method: 'post',
    path: `/v1/tasks/{taskId}/${verb}`,
    summary,
    tags: ['Tasks'],
    request: {
      params,
      headers: commandHeaders,
      body: { required, content: { 'application/json': { schema } } },
    },
    responses: { ...caseAnswers, ...commandProblems },
  });

const Plain = z.strictObject(commonFields).openapi('TaskCommand');
const claim = verbRoute('claim', 'Take a task', Plain, false);
const release = verbRoute('release', 'Give a task back', Plain, false);
const complete = verbRoute(
  'complete',
  'End a task with one of its outcomes',
  z
    .strictObject({ ...commonFields, outcome: z.string().min(1).max(80), data: DataObject.optional() })
    .openapi('CompleteTask'),
  true,
);
const reassign = verbRoute(
  'reassign',
  'Hand a task on',
  z.strictObject({ ...commonFields, to: z.string().min(1).max(200) }).openapi('ReassignTask'),
  true,
);
const comment = verbRoute(
  'comment',
  'Comment on a task',
  z.strictObject({ ...commonFields, text: Reason }).openapi('CommentTask'),
  true,
);

export const taskVerbRoutes = (services: Services): Router => {
  const router = newRouter();

  on(router, claim, async (c) => {
    const { taskId } = c.req.valid('param');
    return toTask(services, c, taskId, c.req.valid('json') ?? {}, {
      command: () => ({ type: 'task', taskId, verb: 'claim' }),
    });
  });

  on(router, release, async (c) => {
    const { taskId } = c.req.valid('param');
    return toTask(services, c, taskId, c.req.valid('json') ?? {}, {
      command: () => ({ type: 'task', taskId, verb: 'release' }),
    });
  });

  on(router, complete, async (c) => {
    const { taskId } = c.req.valid('param');
    const { outcome, data, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      // The form is the outcome's; an outcome that there is none of is refused by the kernel.
      clear: ({ published, root }) => {
        const event = own(published.runtime.events, outcome);
        return event ? { data: { schema: event.data, root, value: data as JsonObject | undefined } } : {};
      },
      command: ({ data: sealed }) => ({
        type: 'task',
        taskId,
        verb: 'complete',
        outcome,
        ...(sealed === undefined ? {} : { data: sealed }),
      }),
    });
  });

  on(router, reassign, async (c) => {
    const { taskId } = c.req.valid('param');
    const { to, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      command: async ({ target }) => {
        const { store, now } = services;
        const person = await getPerson(store, c.get('person').tenant, to, now());
        if (person?.status !== 'active') {
          throw new Refused('PERSON_UNKNOWN', 'There is nobody here to hand it to under this name.', {
            errors: [{ pointer: '/to', message: 'is nobody here' }],
          });
        }
        const at = { nowMs: now(), kind: target.row.kind };
        return { type: 'task', taskId, verb: 'reassign', to: await actorOf(store, person, at) };
      },
    });
  });

  on(router, comment, async (c) => {
    const { taskId } = c.req.valid('param');
    const { text, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      clear: () => ({ texts: { comment: text } }),
      command: ({ texts }) => ({
        type: 'task',
        taskId,
        verb: 'comment',
        ...(texts.comment === undefined ? {} : { text: texts.comment }),
      }),
    });
  });
  return router;
};

/** Sends a verb on a task to the task's case. A task that does not exist is refused like a case that does not. */
const toTask = async (
  services: Services,
  c: Context<AppEnv>,
  taskId: string,
  common: ToCase['common'],
  part: Pick<ToCase, 'clear' | 'command'>,
): Promise<Response> => {
  const person = c.get('person');
  const { tenant } = person;
  const task = idPattern.test(taskId) ? await getTask(services.store, { tenant, taskId }) : undefined;
  const published = task && (await services.definitions.find(tenant, task.definitionId));
  // A task in a state that is marked for others is, to everybody else, a task that does not exist.
  const hidden = task && published && !maySeeState(published, person, task.state);
  return sendToCase(services, c, {
    caseId: hidden ? '' : (task?.caseId ?? ''),
    unknown: 'TASK_UNKNOWN',
    common,
    ...part,
  });
};
