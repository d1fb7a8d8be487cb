import { z } from '@hono/zod-openapi';
import { newRouter, on, type Router } from '../router.ts';
import { commonFields, Reason } from '../schemas/common.ts';
import type { Services } from '../services.ts';
import { commentParts, copyParts } from '../task-parts.ts';
import { Plain, toTask, verbRoute } from '../to-task.ts';

const PersonId = z.string().min(1).max(200);

const comment = verbRoute(
  'comment',
  'Comment on a task',
  z
    .strictObject({
      ...commonFields,
      text: Reason.describe('`@` and a person’s id names somebody, who is told'),
      mentions: z.array(z.string().min(1).max(200)).max(20).optional().describe('Further people to tell'),
    })
    .openapi('CommentTask'),
  true,
);

const resolve = verbRoute(
  'resolve',
  'Give back a task that was lent to you, its work done',
  z.strictObject({ ...commonFields, text: Reason.optional() }).openapi('ResolveTask'),
  false,
);
const remind = verbRoute('remind', 'Remind of a task, once an hour', Plain, false);
const copy = verbRoute(
  'copy',
  'Send people a copy of the case',
  z.strictObject({ ...commonFields, to: z.array(PersonId).min(1).max(50) }).openapi('CopyTask'),
  true,
);

/** Verbs by which people speak of a task to one another. */
export const taskPeopleRoutes = (services: Services): Router => {
  const router = newRouter();

  on(router, resolve, async (c) => {
    const { taskId } = c.req.valid('param');
    const { text, ...common } = c.req.valid('json') ?? {};
    return toTask(services, c, taskId, common, {
      clear: () => ({ texts: { comment: text } }),
      command: ({ texts }) => ({
        ...{ type: 'task', taskId, verb: 'resolve' },
        ...(texts.comment === undefined ? {} : { text: texts.comment }),
      }),
    });
  });

  on(router, remind, async (c) => {
    const { taskId } = c.req.valid('param');
    return toTask(services, c, taskId, c.req.valid('json') ?? {}, {
      command: () => ({ type: 'task', taskId, verb: 'remind' }),
    });
  });

  on(router, copy, async (c) => {
    const { taskId } = c.req.valid('param');
    const { to, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, copyParts(services, c.get('person').tenant, { taskId, to }));
  });

  on(router, comment, async (c) => {
    const { taskId } = c.req.valid('param');
    const { text, mentions = [], ...common } = c.req.valid('json');
    const { tenant } = c.get('person');
    return toTask(services, c, taskId, common, commentParts(services, tenant, { taskId, text, mentions }));
  });
  return router;
};
