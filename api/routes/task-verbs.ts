import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Actor } from '../../machines/kernel/command.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { own } from '../../machines/kernel/own.ts';
import type { AppEnv } from '../env.ts';
import { batchOf } from '../idempotency.ts';
import { knownPerson } from '../known-person.ts';
import { formOf } from '../restrict-data.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commonFields, DataObject, Reason } from '../schemas/common.ts';
import type { Services } from '../services.ts';
import { delegateParts, reassignParts, returnParts } from '../task-parts.ts';
import { Plain, toTask, verbRoute } from '../to-task.ts';

const claim = verbRoute('claim', 'Take a task', Plain, false);
const release = verbRoute('release', 'Give a task back', Plain, false);
const complete = verbRoute(
  'complete',
  'End a task with one of its outcomes',
  z
    .strictObject({
      ...commonFields,
      outcome: z.string().min(1).max(80),
      data: DataObject.optional(),
      answer: Reason.optional().describe('Of a task that a colleague added; its outcome is `done`'),
    })
    .openapi('CompleteTask'),
  true,
);
const reassign = verbRoute(
  'reassign',
  'Hand a task on',
  z.strictObject({ ...commonFields, to: z.string().min(1).max(200) }).openapi('ReassignTask'),
  true,
);
const cancel = verbRoute(
  'cancel',
  'Take back a task that a person added, with a reason',
  z.strictObject(commonFields).openapi('CancelTask'),
  true,
);
const PersonId = z.string().min(1).max(200);
const returnTo = verbRoute(
  'return',
  'Send a decision back to an earlier step or its proposer; a task, where its definition has an outcome that leads there',
  z.strictObject({ ...commonFields, toStep: z.string().min(1).max(60).nullable() }).openapi('ReturnTask'),
  true,
);
const withdraw = verbRoute(
  'withdraw',
  'Recall a decision before anybody has made it; take back a task that you lent',
  Plain,
  true,
);
const delegate = verbRoute(
  'delegate',
  'Lend a seat for a time; a task until it is resolved, or for a time',
  z
    .strictObject({ ...commonFields, to: PersonId, until: z.iso.datetime({ offset: true }).optional() })
    .openapi('DelegateTask'),
  true,
);
const addSigner = verbRoute(
  'add-signer',
  'Have one more person sign, before this seat or after it',
  z
    .strictObject({ ...commonFields, to: PersonId, position: z.enum(['before', 'after']).optional() })
    .openapi('AddSigner'),
  true,
);
const removeSigner = verbRoute(
  'remove-signer',
  'Take away a signer that you added',
  z.strictObject({ ...commonFields, who: PersonId }).openapi('RemoveSigner'),
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
    const { outcome, data, answer, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      // The form is the outcome's; an outcome that there is none of is refused by the kernel.
      clear: ({ published, root }) => {
        const event = own(published.runtime.events, outcome);
        const form = event && { schema: formOf(event), root, value: data as JsonObject | undefined };
        return { ...(form && { data: form }), texts: { answer } };
      },
      command: ({ data: sealed, texts }) => ({
        type: 'task',
        taskId,
        verb: 'complete',
        outcome,
        ...batchOf(c),
        ...(sealed === undefined ? {} : { data: sealed }),
        ...(texts.answer === undefined ? {} : { text: texts.answer }),
      }),
    });
  });

  const somebody = (c: Context<AppEnv>, id: string, pointer: string, kind: string): Promise<Actor> =>
    knownPerson(services, { tenant: c.get('person').tenant, id, pointer, kind });

  on(router, cancel, async (c) => {
    const { taskId } = c.req.valid('param');
    return toTask(services, c, taskId, c.req.valid('json'), {
      command: () => ({ type: 'task', taskId, verb: 'cancel' }),
    });
  });

  on(router, reassign, async (c) => {
    const { taskId } = c.req.valid('param');
    const { to, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, reassignParts(services, c.get('person'), { taskId, to }));
  });

  on(router, returnTo, async (c) => {
    const { taskId } = c.req.valid('param');
    const { toStep, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, returnParts(services, c.get('person'), { taskId, toStep }));
  });

  on(router, withdraw, async (c) => {
    const { taskId } = c.req.valid('param');
    return toTask(services, c, taskId, c.req.valid('json'), {
      command: () => ({ type: 'task', taskId, verb: 'withdraw' }),
    });
  });

  on(router, delegate, async (c) => {
    const { taskId } = c.req.valid('param');
    const { to, until, ...common } = c.req.valid('json');
    const { tenant } = c.get('person');
    return toTask(services, c, taskId, common, delegateParts(services, tenant, { taskId, to, until }));
  });

  on(router, addSigner, async (c) => {
    const { taskId } = c.req.valid('param');
    const { to, position = 'before', ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      command: async ({ target }) => ({
        ...{ type: 'task', taskId, verb: 'add-signer', position },
        to: await somebody(c, to, '/to', target.kind),
      }),
    });
  });

  on(router, removeSigner, async (c) => {
    const { taskId } = c.req.valid('param');
    const { who, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      command: async ({ target }) => ({
        ...{ type: 'task', taskId, verb: 'remove-signer' },
        to: await somebody(c, who, '/who', target.kind),
      }),
    });
  });

  return router;
};
