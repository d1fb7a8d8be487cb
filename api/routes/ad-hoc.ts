import { createRoute, z } from '@hono/zod-openapi';
import { departmentIn } from '../../db/own/departments.ts';
import type { AddedContact } from '../../machines/kernel/command.ts';
import type { Sealed } from '../../machines/kernel/json.ts';
import { knownPerson } from '../known-person.ts';
import type { OwnPart } from '../prepare-command.ts';
import { Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { AddContact, AddTask, MakePromise, NoAnswer } from '../schemas/ad-hoc.ts';
import { caseAnswers } from '../schemas/case.ts';
import { CaseId, commandHeaders, commandProblems, commonFields } from '../schemas/common.ts';
import { sendToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';

const tags = ['Ad-hoc work'];
const params = z.object({ caseId: CaseId });
const Plain = z.strictObject(commonFields).openapi('PromiseCommand');

const commandRoute = <P extends z.ZodObject, B extends z.ZodType>(
  { path, summary, required = true }: { path: string; summary: string; required?: boolean },
  request: P,
  schema: B,
) =>
  createRoute({
    method: 'post',
    path: `/v1/cases/{caseId}/${path}`,
    summary,
    tags,
    request: {
      params: request,
      headers: commandHeaders,
      body: { required, content: { 'application/json': { schema } } },
    },
    responses: { ...caseAnswers, ...commandProblems },
  });

const addTask = commandRoute({ path: 'tasks', summary: 'Add a task or a diary date' }, params, AddTask);
const addContact = commandRoute({ path: 'contacts', summary: 'Record a talk' }, params, AddContact);
const noAnswer = commandRoute(
  { path: 'contacts/no-answer', summary: 'Record that nobody answered', required: false },
  params,
  NoAnswer,
);
const makePromise = commandRoute(
  { path: 'promises', summary: 'Promise the customer something by a date' },
  params,
  MakePromise,
);
const promiseParams = params.extend({ promiseId: z.string().min(1).max(80) });
const keep = commandRoute(
  { path: 'promises/{promiseId}/keep', summary: 'A promise was kept', required: false },
  promiseParams,
  Plain,
);
const cancel = commandRoute(
  { path: 'promises/{promiseId}/cancel', summary: 'Take a promise back, with a reason' },
  promiseParams,
  Plain,
);

export const adHocRoutes = (services: Services): Router => {
  const router = newRouter();

  on(router, addTask, (c) => {
    const { caseId } = c.req.valid('param');
    const { kind, to, department, dueAt, question, answerExpected, ...common } = c.req.valid('json');
    const { tenant, id } = c.get('person');
    return sendToCase(services, c, {
      caseId,
      common,
      clear: () => ({ texts: { question } }),
      command: async ({ texts, target }) => {
        if (department !== undefined) {
          await requireDepartment(services, tenant, department);
        }
        return {
          type: 'ad-hoc',
          add: {
            kind,
            to:
              department === undefined
                ? await knownPerson(services, {
                    ...{ tenant, id: to ?? id, pointer: '/to', kind: target.row.kind },
                  })
                : { department },
            ...(dueAt === undefined ? {} : { dueAt }),
            ...(texts.question === undefined ? {} : { text: texts.question }),
            ...(answerExpected ? { answerExpected } : {}),
          },
        };
      },
    });
  });

  on(router, addContact, (c) => {
    const { caseId } = c.req.valid('param');
    const { who, note, recording, channel, direction, outcome, ...common } = c.req.valid('json');
    return sendToCase(services, c, {
      caseId,
      common,
      clear: () => ({ texts: { who, note, recording } }),
      command: ({ texts }) => contact({ channel, direction, outcome }, texts),
    });
  });

  on(router, noAnswer, (c) => {
    const { caseId } = c.req.valid('param');
    const { who, note, recording, channel = 'phone', ...common } = c.req.valid('json') ?? {};
    return sendToCase(services, c, {
      caseId,
      common,
      clear: () => ({ texts: { who, note, recording } }),
      command: ({ texts }) => contact({ channel, direction: 'out', outcome: 'no-answer' }, texts),
    });
  });

  on(router, makePromise, (c) => {
    const { caseId } = c.req.valid('param');
    const { dueAt, text, ...common } = c.req.valid('json');
    return sendToCase(services, c, {
      caseId,
      common,
      clear: () => ({ texts: { promise: text } }),
      command: ({ texts }) => ({
        type: 'ad-hoc',
        add: { kind: 'promise', dueAt, text: texts.promise as Sealed },
      }),
    });
  });

  on(router, keep, (c) => {
    const { caseId, promiseId } = c.req.valid('param');
    return sendToCase(services, c, {
      caseId,
      common: c.req.valid('json') ?? {},
      command: () => ({ type: 'promise', promiseId, verb: 'keep' }),
    });
  });

  on(router, cancel, (c) => {
    const { caseId, promiseId } = c.req.valid('param');
    return sendToCase(services, c, {
      caseId,
      common: c.req.valid('json'),
      command: () => ({ type: 'promise', promiseId, verb: 'cancel' }),
    });
  });
  return router;
};

const contact = (
  is: Pick<AddedContact, 'channel' | 'direction' | 'outcome'>,
  texts: { [field: string]: Sealed },
): OwnPart => ({ type: 'ad-hoc', add: { kind: 'contact', ...is, ...texts } });

/** @throws Refused `DEPARTMENT_UNKNOWN` */
const requireDepartment = async ({ store }: Services, tenant: string, id: string): Promise<void> => {
  const department = await store.read((db) => departmentIn(db, tenant, id));
  if (department?.status !== 'active') {
    throw new Refused('DEPARTMENT_UNKNOWN', 'There is no such department.', {
      errors: [{ pointer: '/department', message: 'is no department' }],
    });
  }
};
