import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Actor } from '../../machines/kernel/command.ts';
import type { AppEnv } from '../env.ts';
import { findPerson, knownPerson } from '../known-person.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commonFields, Reason } from '../schemas/common.ts';
import type { Services } from '../services.ts';
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
  const somebody = (c: Context<AppEnv>, id: string, pointer: string, kind: string): Promise<Actor> =>
    knownPerson(services, { tenant: c.get('person').tenant, id, pointer, kind });

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
