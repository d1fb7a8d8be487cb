import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bulkCounts, bulkCountsOf } from '../../db/own/bulk-counts.ts';
import { type BulkWish, bulkItemsMax, wishBulkJob } from '../../db/own/bulk-course.ts';
import { listBulkItems } from '../../db/own/bulk-items.ts';
import { type BulkJob, getBulkJob, listBulkJobs } from '../../db/own/bulk-jobs.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { startBulk, wake } from '../bulk/start-bulk.ts';
import type { AppEnv } from '../env.ts';
import { once } from '../idempotency.ts';
import { Condition, Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import {
  BulkJobPage,
  BulkJobView,
  BulkWithItems,
  bulkItemView,
  bulkJobView,
  itemStatuses,
  StartBulkBody,
} from '../schemas/bulk.ts';
import { commandHeaders, commandProblems, pageQuery, readProblems } from '../schemas/common.ts';
import { jsonAnswer, jsonBody } from '../schemas/json-content.ts';
import type { Services } from '../services.ts';
import { sightOf } from '../sight.ts';

const tags = ['Bulk work'];
const params = z.object({ jobId: z.string().min(1).max(120) });
const start = createRoute({
  method: 'post',
  path: '/v1/bulk',
  summary: `Do one thing to many tasks or cases, at most ${bulkItemsMax}; each is judged as if you did it by hand`,
  tags,
  request: {
    headers: commandHeaders,
    body: jsonBody(StartBulkBody),
  },
  responses: { 202: jsonAnswer('The job', BulkJobView), ...commandProblems },
});

const list = createRoute({
  method: 'get',
  path: '/v1/bulk',
  summary: 'Your jobs, the newest first',
  tags,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: jsonAnswer('A page', BulkJobPage), ...readProblems },
});

const one = createRoute({
  method: 'get',
  path: '/v1/bulk/{jobId}',
  summary: 'A job of yours, how far it is, and a row for each of its items',
  tags,
  request: { params, query: z.strictObject({ ...pageQuery, status: z.enum(itemStatuses).optional() }) },
  responses: { 200: jsonAnswer('The job and a page of its rows', BulkWithItems), ...readProblems },
});

const wishRoute = (wish: BulkWish, summary: string) =>
  createRoute({
    method: 'post',
    path: `/v1/bulk/{jobId}/${wish}`,
    summary,
    tags,
    request: { params, headers: commandHeaders },
    responses: { 200: jsonAnswer('The job', BulkJobView), ...commandProblems },
  });

const wishRoutes = {
  pause: wishRoute('pause', 'Take no further task of a job for now'),
  resume: wishRoute('resume', 'Go on with a job that was paused'),
  cancel: wishRoute('cancel', 'End a job; what is done stays done'),
};

export const bulkRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();

  /** Somebody's own job; that of another is, to everybody else, none. */
  const findOwn = async (c: Context<AppEnv>, jobId: string): Promise<BulkJob | undefined> => {
    const { tenant, id } = c.get('person');
    const job = await getBulkJob(store, { tenant, jobId });
    return job?.starterId === id ? job : undefined;
  };

  const ownJob = async (c: Context<AppEnv>, jobId: string): Promise<BulkJob> => {
    const job = await findOwn(c, jobId);
    if (!job) {
      throw new Condition('NOT_FOUND', 'There is no such job of yours.');
    }
    return job;
  };

  const present = async (c: Context<AppEnv>, job: BulkJob): Promise<{ [key: string]: Json }> => {
    // Neither rows nor counts tell of cases that the reader may not see any more.
    const sight = await sightOf(services, c.get('person'));
    return bulkJobView(job, await bulkCounts(store, job, sight));
  };

  on(router, start, async (c) => {
    const { tenant } = c.get('person');
    const { verb, args = {}, ids, filter, reason, dryRun = false, perSecond } = c.req.valid('json');
    const { to, text, until } = args;
    const subject = () => ({ kind: 'tenant', id: tenant }) as const;
    const { location, body } = await once(services, c, c.get('body') ?? null, subject, async (request) => {
      const of = ids === undefined ? { filter: filter ?? {} } : { ids };
      const texts = {
        ...(reason === undefined ? {} : { reason }),
        ...(text === undefined ? {} : { text }),
        ...(until === undefined ? {} : { until }),
        ...(Array.isArray(to) ? { people: to } : {}),
      };
      const toOne = Array.isArray(to) ? undefined : to;
      const wanted = { verb, to: toOne, texts, of, dryRun, perSecond };
      const jobId = await startBulk(services, c, wanted, request);
      return { status: 202, location: `/v1/bulk/${jobId}`, body: { jobId } };
    });
    const { jobId } = body as { jobId: string };
    return c.json(await present(c, await ownJob(c, jobId)), 202, { Location: location ?? '' });
  });

  on(router, list, async (c) => {
    const person = c.get('person');
    const { tenant, id: starterId } = person;
    const { items, next } = await listBulkJobs(store, { tenant, starterId, ...c.req.valid('query') });
    const jobIds = items.map(({ jobId }) => jobId);
    const counts = await bulkCountsOf(store, tenant, jobIds, await sightOf(services, person));
    return c.json({ items: items.map((job) => bulkJobView(job, counts.get(job.jobId) ?? {})), next });
  });

  on(router, one, async (c) => {
    const person = c.get('person');
    const { jobId } = c.req.valid('param');
    const job = await ownJob(c, jobId);
    const { items, next } = await listBulkItems(store, {
      ...{ tenant: person.tenant, jobId, ...c.req.valid('query') },
      sight: await sightOf(services, person),
    });
    return c.json({ ...(await present(c, job)), items: items.map((item) => bulkItemView(job, item)), next });
  });

  for (const wish of ['pause', 'resume', 'cancel'] as const) {
    on(router, wishRoutes[wish], async (c) => {
      const { jobId } = c.req.valid('param');
      const { tenant, id: actorId } = c.get('person');
      const subject = () => ({ kind: 'tenant', id: tenant }) as const;
      await once(services, c, null, subject, async ({ id: commandId, deadlineMs, claim }) => {
        const job = await findOwn(c, jobId);
        if (!job) {
          throw new Refused('BULK_UNKNOWN', 'There is no such job of yours.');
        }
        await claim();
        const by = { actorId, atMs: now(), commandId };
        if (!(await wishBulkJob(store, { tenant, jobId }, wish, by))) {
          throw new Refused('BULK_ENDED', 'The job has ended.');
        }
        await wake(services, { tenant, jobId }, deadlineMs);
        return { status: 200, body: { jobId } };
      });
      return c.json(await present(c, await ownJob(c, jobId)));
    });
  }
  return router;
};
