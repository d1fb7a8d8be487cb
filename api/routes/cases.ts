import { createRoute, z } from '@hono/zod-openapi';
import { listCases } from '../../db/read/list-cases.ts';
import { searchCaseList } from '../../db/read/search-cases.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { visibleStates } from '../case-view.ts';
import { defined } from '../defined.ts';
import { etagOf } from '../etag.ts';
import { openCase } from '../open-case.ts';
import { presentCase, visibleCase } from '../present-case.ts';
import { maySeeCases } from '../rights.ts';
import { newRouter, on, type Router } from '../router.ts';
import { Accepted, Case, CaseSummary, caseAnswers, page } from '../schemas/case.ts';
import {
  CaseId,
  commandHeaders,
  commandProblems,
  DataObject,
  Instant,
  OnBehalfOf,
  pageQuery,
  Reason,
  readProblems,
} from '../schemas/common.ts';
import { searched } from '../searched.ts';
import type { Services } from '../services.ts';
import { seenOnly } from '../work-list.ts';

const tags = ['Cases'];

const OpenCase = z
  .strictObject({
    definition: z.string().min(1).max(100).describe('`complaint`, or `complaint@1.0.0`'),
    profile: z.string().min(1).max(60).optional(),
    mode: z.literal('historical').optional().describe('Import: the clock is each command’s `occurredAt`'),
    data: DataObject,
    receivedAt: Instant.optional().describe(
      'When it was reported; clocks count from it. Default now, never later',
    ),
    reason: Reason.optional(),
    evidence: Reason.optional().describe(
      'What proves an earlier day of receipt: a text, or a document’s SHA-256',
    ),
    links: z
      .array(
        z.strictObject({ rel: z.string().regex(/^[a-z][a-z-]{0,39}$/), caseId: z.string().min(1).max(120) }),
      )
      .max(100)
      .optional(),
    onBehalfOf: OnBehalfOf.optional(),
  })
  .openapi('OpenCase');

const open = createRoute({
  method: 'post',
  path: '/v1/cases',
  summary: 'Open a case',
  tags,
  request: {
    headers: commandHeaders,
    body: { required: true, content: { 'application/json': { schema: OpenCase } } },
  },
  responses: {
    201: { description: 'The case', content: { 'application/json': { schema: Case } } },
    202: { description: 'Accepted, not readable yet', content: { 'application/json': { schema: Accepted } } },
    ...commandProblems,
  },
});

const status = z.enum(['open', 'closed', 'incident']);

const list = createRoute({
  method: 'get',
  path: '/v1/cases',
  summary: 'List cases',
  tags,
  request: {
    query: z.strictObject({
      ...pageQuery,
      kind: z.string().max(60).optional(),
      definition: z.string().max(100).optional(),
      state: z.string().max(60).optional(),
      status: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(status).max(3))
        .optional()
        .openapi({ type: 'string', description: 'Any of open, closed, incident; joined by commas' }),
      assignee: z.string().max(200).optional(),
      department: z.string().max(60).optional(),
      breached: z.enum(['true', 'false']).optional(),
      q: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The beginning of a number; exactly a name or phone; words or any part of a Chinese text'),
      openedFrom: Instant.optional(),
      sort: z.enum(['opened', 'due']).optional(),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: page(CaseSummary) } } },
    ...readProblems,
  },
});

const one = createRoute({
  method: 'get',
  path: '/v1/cases/{caseId}',
  summary: 'Read a case, with what you may do now',
  tags,
  request: { params: z.object({ caseId: CaseId }) },
  responses: { 200: caseAnswers[200], ...readProblems },
});

export const caseRoutes = (services: Services): Router => {
  const router = newRouter();
  on(router, open, (c) => {
    const { data, ...rest } = c.req.valid('json');
    return openCase(services, c, { ...rest, data: data as JsonObject });
  });

  on(router, list, async (c) => {
    const { store, definitions } = services;
    const person = c.get('person');
    const { tenant } = person;
    const { breached, q, openedFrom, ...query } = c.req.valid('query');
    if (!maySeeCases(person)) {
      return c.json({ items: [], next: null });
    }
    const asked = {
      tenant,
      ...(await seenOnly(services, person)),
      ...defined(query),
      ...(breached === undefined ? {} : { breached: breached === 'true' }),
      ...(openedFrom === undefined ? {} : { openedFrom: new Date(openedFrom).toISOString() }),
    };
    const { items, next } = await searched(
      services,
      c,
      'cases.searched',
      { q, cursor: query.cursor },
      {
        all: () => listCases(store, asked),
        ofCases: (caseIds) => listCases(store, { ...asked, caseIds }),
        byText: (text) => searchCaseList(store, { ...asked, q: text }),
      },
    );
    const seen = await Promise.all(
      items.map(async (row) => {
        const published = await definitions.ofCase(tenant, row.definitionHash);
        const { definitionId, definitionVersion, definitionHash, lastSeq, incident, ...rest } = row;
        const { tenant: _, dueSort, ...shown } = rest;
        return {
          ...shown,
          definition: { id: definitionId, version: definitionVersion, hash: definitionHash },
          states: visibleStates({ row, published, reader: person }),
          seq: lastSeq,
          incidents: incident,
        };
      }),
    );
    return c.json({ items: seen, next });
  });

  on(router, one, async (c) => {
    const person = c.get('person');
    const row = await visibleCase(services, person, c.req.valid('param').caseId);
    c.header('ETag', etagOf(row.rev));
    return c.json(await presentCase(services, person, row));
  });
  return router;
};
