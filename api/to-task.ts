import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { getTask } from '../db/read/get-case.ts';
import type { TaskRow } from '../db/read/list-tasks.ts';
import { maySeeState } from './case-view.ts';
import type { AppEnv } from './env.ts';
import { idPattern } from './present-case.ts';
import type { Reader } from './reader.ts';
import { caseAnswers } from './schemas/case.ts';
import { commandHeaders, commandProblems, commonFields } from './schemas/common.ts';
import { sendToCase, type ToCase } from './send-to-case.ts';
import type { Services } from './services.ts';

/** A verb that brings nothing of its own. */
export const Plain = z.strictObject(commonFields).openapi('TaskCommand');

const params = z.object({ taskId: z.string().min(1).max(200) });

/** The route of a verb on a task. */
export const verbRoute = <B extends z.ZodType>(verb: string, summary: string, schema: B, required: boolean) =>
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

/** Sends a verb on a task to the task's case. A task that does not exist is refused like a case that does not. */
export const toTask = async (
  services: Services,
  c: Context<AppEnv>,
  taskId: string,
  common: ToCase['common'],
  part: Pick<ToCase, 'clear' | 'command'>,
): Promise<Response> => {
  const task = await knownTask(services, c.get('person'), taskId);
  return sendToCase(services, c, {
    caseId: task?.caseId ?? '',
    unknown: 'TASK_UNKNOWN',
    common,
    ...part,
  });
};

/**
 * A task that this person may know of, as far as its state goes; whether they may see its case is another question. One
 * in a state that is marked for others is, to everybody else, a task that does not exist.
 */
export const knownTask = async (
  { store, definitions }: Services,
  person: Reader,
  taskId: string,
): Promise<TaskRow | undefined> => {
  const { tenant } = person;
  const task = idPattern.test(taskId) ? await getTask(store, { tenant, taskId }) : undefined;
  const published = task && (await definitions.find(tenant, task.definitionId));
  return task && published && !maySeeState(published, person, task.state) ? undefined : task;
};
