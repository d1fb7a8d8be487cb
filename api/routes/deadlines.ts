import { createRoute, z } from '@hono/zod-openapi';
import { explain } from '../../machines/kernel/explain-deadline.ts';
import { clockMark } from '../../machines/kernel/restriction.ts';
import { visibleCase } from '../present-case.ts';
import { Condition } from '../problem.ts';
import { maySeeRestricted } from '../rights.ts';
import { newRouter, on, type Router } from '../router.ts';
import { caseAnswers } from '../schemas/case.ts';
import { CaseId, commandHeaders, commandProblems, commonFields, readProblems } from '../schemas/common.ts';
import { sendToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';

const tags = ['Deadlines'];
const params = z.object({ caseId: CaseId, name: z.string().min(1).max(80) });

const verbRoute = <B extends z.ZodType>(verb: string, summary: string, schema: B) =>
  createRoute({
    method: 'post',
    path: `/v1/cases/{caseId}/deadlines/{name}/${verb}`,
    summary,
    tags,
    request: {
      params,
      headers: commandHeaders,
      body: { required: true, content: { 'application/json': { schema } } },
    },
    responses: { ...caseAnswers, ...commandProblems },
  });

const pause = verbRoute(
  'pause',
  'Pause a company promise for a cause from the definition’s list',
  z
    .strictObject({
      ...commonFields,
      cause: z.string().min(1).max(80),
      documentId: z.string().min(1).max(120).describe('The document of this case that proves the cause'),
    })
    .openapi('PauseDeadline'),
);
const resume = verbRoute(
  'resume',
  'Let a paused deadline run again',
  z.strictObject({ ...commonFields, cause: z.string().min(1).max(80).optional() }).openapi('ResumeDeadline'),
);
const extend = verbRoute(
  'extend',
  'Grant the next of the definition’s extensions',
  z
    .strictObject({ ...commonFields, extension: z.string().min(1).max(80).optional() })
    .openapi('ExtendDeadline'),
);

const explanation = createRoute({
  method: 'get',
  path: '/v1/cases/{caseId}/deadlines/{name}/explanation',
  summary: 'How a deadline comes to its date: each day counted or skipped and why',
  tags,
  request: { params },
  responses: {
    200: {
      description: 'The explanation',
      content: {
        'application/json': {
          schema: z
            .looseObject({
              name: z.string(),
              status: z.string(),
              source: z.unknown(),
              startAt: z.string(),
              startOn: z.string(),
              zone: z.string(),
              limit: z.string(),
              count: z.string(),
              days: z.array(z.unknown()),
              pauses: z.array(z.unknown()),
              extensions: z.array(z.unknown()),
              warnings: z.array(z.unknown()),
              provisional: z.boolean(),
              dueAt: z.string().nullable(),
            })
            .openapi('DeadlineExplanation'),
        },
      },
    },
    ...readProblems,
  },
});

export const deadlineRoutes = (services: Services): Router => {
  const router = newRouter();
  on(router, pause, (c) => {
    const { caseId, name } = c.req.valid('param');
    const { cause, documentId, ...common } = c.req.valid('json');
    return sendToCase(services, c, {
      caseId,
      common,
      command: () => ({ type: 'deadline', name, verb: 'pause', cause, documentId }),
    });
  });

  on(router, resume, (c) => {
    const { caseId, name } = c.req.valid('param');
    const { cause, ...common } = c.req.valid('json');
    return sendToCase(services, c, {
      caseId,
      common,
      command: () => ({ type: 'deadline', name, verb: 'resume', ...(cause === undefined ? {} : { cause }) }),
    });
  });

  on(router, extend, (c) => {
    const { caseId, name } = c.req.valid('param');
    const { extension, ...common } = c.req.valid('json');
    return sendToCase(services, c, {
      caseId,
      common,
      command: () => ({
        type: 'deadline',
        name,
        verb: 'extend',
        ...(extension === undefined ? {} : { extension }),
      }),
    });
  });

  on(router, explanation, async (c) => {
    const { caseId, name } = c.req.valid('param');
    const row = await visibleCase(services, c.get('person'), caseId);
    const deadline = Object.hasOwn(row.state.deadlines, name) ? row.state.deadlines[name] : undefined;
    const compiled = await services.definitions.compiledOf(row.state);
    const rule = deadline?.rule ?? compiled.deadlines[name];
    const calendar = compiled.calendars[rule?.calendar ?? compiled.calendar];
    const mayKnow = maySeeRestricted(c.get('person'), clockMark(compiled.definition, name, row.state));
    if (!deadline || !rule || !calendar || !mayKnow) {
      throw new Condition('NOT_FOUND', 'This deadline has not started in this case.');
    }
    const clockRule = {
      limit: deadline.limit,
      count: rule.count,
      ...(rule.lastDay === undefined ? {} : { lastDay: rule.lastDay }),
      warnAt: deadline.warnings.map(({ fraction }) => fraction),
    };
    const { status, extensions, warnings, stoppedAt, breachedAt, late } = deadline;
    return c.json({
      name,
      status,
      source: rule.source,
      ...explain(clockRule, deadline.startedAt, deadline.pauses, calendar),
      extensions,
      warnings,
      stoppedAt: stoppedAt ?? null,
      breachedAt: breachedAt ?? null,
      late: late ?? null,
    });
  });
  return router;
};
