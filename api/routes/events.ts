import { createRoute, z } from '@hono/zod-openapi';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { own } from '../../machines/kernel/own.ts';
import { Refused } from '../problem.ts';
import { reopenCase } from '../reopen-case.ts';
import { formOf } from '../restrict-data.ts';
import { newRouter, on, type Router } from '../router.ts';
import { caseAnswers } from '../schemas/case.ts';
import {
  CaseId,
  commandHeaders,
  commandProblems,
  commonFields,
  DataObject,
  Reason,
} from '../schemas/common.ts';
import { sendToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';

const tags = ['Cases'];
const params = z.object({ caseId: CaseId });

const SendEvent = z
  .strictObject({ type: z.string().min(1).max(80), data: DataObject.optional(), ...commonFields })
  .openapi('SendEvent');

const send = createRoute({
  method: 'post',
  path: '/v1/cases/{caseId}/events',
  summary: 'Send an event to a case',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: { required: true, content: { 'application/json': { schema: SendEvent } } },
  },
  responses: { ...caseAnswers, ...commandProblems },
});

const Reopen = z.strictObject({ ...commonFields, data: DataObject.optional() }).openapi('ReopenCase');

const reopen = createRoute({
  method: 'post',
  path: '/v1/cases/{caseId}/reopen',
  summary: 'Open a closed case again',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: { required: true, content: { 'application/json': { schema: Reopen } } },
  },
  responses: { ...caseAnswers, ...commandProblems },
});

const goLive = createRoute({
  method: 'post',
  path: '/v1/cases/{caseId}/go-live',
  summary: 'End the import of a case: from here on its clock is the real one',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: { content: { 'application/json': { schema: z.strictObject({ reason: Reason.optional() }) } } },
  },
  responses: { ...caseAnswers, ...commandProblems },
});

export const eventRoutes = (services: Services): Router => {
  const router = newRouter();
  on(router, send, (c) => {
    const { type, data, ...common } = c.req.valid('json');
    return sendToCase(services, c, {
      caseId: c.req.valid('param').caseId,
      common,
      clear: ({ published, root }) => {
        const event = own(published.runtime.events, type);
        if (!event) {
          throw new Refused('EVENT_UNKNOWN', 'The definition knows no such event.', {
            errors: [{ pointer: '/type', message: 'is no event of this definition' }],
          });
        }
        return { data: { schema: formOf(event), root, value: data as JsonObject | undefined } };
      },
      command: ({ data: sealed }) => ({
        type: 'event',
        event: type,
        ...(sealed === undefined ? {} : { data: sealed }),
      }),
    });
  });

  on(router, reopen, (c) => {
    const { data, ...common } = c.req.valid('json');
    return reopenCase(services, c, c.req.valid('param').caseId, {
      ...common,
      ...(data === undefined ? {} : { data: data as JsonObject }),
    });
  });

  on(router, goLive, (c) =>
    sendToCase(services, c, {
      caseId: c.req.valid('param').caseId,
      common: { reason: c.req.valid('json')?.reason },
      command: () => ({ type: 'go-live' }),
    }),
  );
  return router;
};
