import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { getCase, getTask } from '../db/read/get-case.ts';
import type { TaskRow } from '../db/read/list-tasks.ts';
import type { AppEnv } from './env.ts';
import { hiddenStates } from './hidden-states.ts';
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
 * in a state that the version of its case marks for others is, to everybody else, a task that does not exist.
 */
export const knownTask = async (
  services: Services,
  person: Reader,
  taskId: string,
): Promise<TaskRow | undefined> => {
  const { store } = services;
  const { tenant } = person;
  const task = idPattern.test(taskId) ? await getTask(store, { tenant, taskId }) : undefined;
  const hidden = task ? await hiddenStates(services, person) : [];
  const hashes = hidden
    .filter(({ definitionId, state }) => definitionId === task?.definitionId && state === task.state)
    .map(({ definitionHash }) => definitionHash);
  // A task names its definition and not the version.
  const row = task && hashes.length > 0 ? await getCase(store, task) : undefined;
  return row && hashes.includes(row.definitionHash) ? undefined : task;
};
