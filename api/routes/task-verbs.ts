import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { getTask } from '../../db/read/get-case.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { own } from '../../machines/kernel/own.ts';
import { areApart } from '../../machines/kernel/owner-transfers.ts';
import { maySeeState } from '../case-view.ts';
import { commonSuperior } from '../common-superior.ts';
import type { AppEnv } from '../env.ts';
import { findPerson, knownPerson } from '../known-person.ts';
import { idPattern } from '../present-case.ts';
import { formOf } from '../restrict-data.ts';
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
    return toTask(services, c, taskId, common, {
      command: async ({ target }) => {
        const receiver = await somebody(c, to, '/to', target.row.kind);
        const { tenant, id, roles, departments } = c.get('person');
        return {
          ...{ type: 'task', taskId, verb: 'reassign' },
          to: receiver,
          ...(areApart({ id, roles, departments }, receiver)
            ? { superior: await commonSuperior(services, tenant, id, to) }
            : {}),
        };
      },
    });
  });

  on(router, returnTo, async (c) => {
    const { taskId } = c.req.valid('param');
    const { toStep, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      command: () => ({ type: 'task', taskId, verb: 'return', toStep }),
    });
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
    return toTask(services, c, taskId, common, {
      command: async ({ target }) => ({
        ...{ type: 'task', taskId, verb: 'delegate' },
        ...(until === undefined ? {} : { until }),
        to: await somebody(c, to, '/to', target.row.kind),
      }),
    });
  });

  on(router, addSigner, async (c) => {
    const { taskId } = c.req.valid('param');
    const { to, position = 'before', ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      command: async ({ target }) => ({
        ...{ type: 'task', taskId, verb: 'add-signer', position },
        to: await somebody(c, to, '/to', target.row.kind),
      }),
    });
  });

  on(router, removeSigner, async (c) => {
    const { taskId } = c.req.valid('param');
    const { who, ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      command: async ({ target }) => ({
        ...{ type: 'task', taskId, verb: 'remove-signer' },
        to: await somebody(c, who, '/who', target.row.kind),
      }),
    });
  });

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
    return toTask(services, c, taskId, common, {
      command: async ({ target }) => ({
        ...{ type: 'task', taskId, verb: 'copy' },
        people: await Promise.all(to.map((id, n) => somebody(c, id, `/to/${n}`, target.row.kind))),
      }),
    });
  });

  /** Whom a comment names: those listed must exist, an `@` in the text may stand for something else. */
  const named = async (
    c: Context<AppEnv>,
    text: string,
    mentions: string[],
    kind: string,
  ): Promise<{ people?: Actor[] }> => {
    const { tenant } = c.get('person');
    const listed = await Promise.all(mentions.map((id, n) => somebody(c, id, `/mentions/${n}`, kind)));
    const read = mentionedIn(text).filter((id) => !mentions.includes(id));
    const found = await Promise.all(read.map((id) => findPerson(services, { tenant, id, kind })));
    const people = [...listed, ...found.filter((person) => person !== undefined)];
    return people.length === 0 ? {} : { people };
  };

  on(router, comment, async (c) => {
    const { taskId } = c.req.valid('param');
    const { text, mentions = [], ...common } = c.req.valid('json');
    return toTask(services, c, taskId, common, {
      clear: () => ({ texts: { comment: text } }),
      command: async ({ texts, target }) => ({
        ...{ type: 'task', taskId, verb: 'comment' },
        ...(await named(c, text, mentions, target.row.kind)),
        ...(texts.comment === undefined ? {} : { text: texts.comment }),
      }),
    });
  });
  return router;
};

/** Ids that follow an `@`, each once. */
const mentionedIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/(?<![\w.])@([A-Za-z0-9][A-Za-z0-9_-]{0,119})/g)]
      .map(([, id]) => id as string)
      .slice(0, 20),
  ),
];

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
