import { createRoute, z } from '@hono/zod-openapi';
import { decodeCursor, encodeCursor, pageSize } from '../../db/read/cursor.ts';
import { entriesOf } from '../../db/read/get-case.ts';
import { listEntries } from '../../db/read/list-entries.ts';
import { defined } from '../defined.ts';
import { entryViews } from '../entry-view.ts';
import { visibleCase } from '../present-case.ts';
import { Condition, Refused } from '../problem.ts';
import { recordRead } from '../record-read.ts';
import { maySeeCases, maySeeRestricted } from '../rights.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { CaseId, Instant, pageQuery, readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';
import { sightOf } from '../sight.ts';

const tags = ['Audit'];

const Who = z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()) });

const Entry = z
  .looseObject({
    caseId: z.string(),
    seq: z.int(),
    at: z.string(),
    due: z.string().nullable(),
    actor: Who,
    onBehalfOf: z.union([z.object({ customer: z.literal(true) }), Who]).optional(),
    type: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    data: z.unknown(),
    reason: z.unknown(),
    leaf: z.string().nullable().describe('The exact text that is hashed; null for who may not see all of it'),
    prevHash: z.string(),
    hash: z.string().describe('SHA-256 of the byte 0x00 and the leaf, in hex'),
  })
  .openapi('Entry');

const answer = {
  200: { description: 'A page', content: { 'application/json': { schema: page(Entry) } } },
  ...readProblems,
};

const ofCase = createRoute({
  method: 'get',
  path: '/v1/cases/{caseId}/entries',
  summary: 'The audit trail of a case, oldest first; reading it is recorded',
  tags,
  request: { params: z.object({ caseId: CaseId }), query: z.strictObject(pageQuery) },
  responses: answer,
});

const ofAll = createRoute({
  method: 'get',
  path: '/v1/audit/entries',
  summary: 'Entries of all cases, newest first; reading them is recorded',
  tags,
  request: {
    query: z.strictObject({
      ...pageQuery,
      actor: z.string().max(200).optional(),
      type: z.string().max(80).optional(),
      caseId: z.string().max(120).optional(),
      kind: z.string().max(60).optional(),
      definition: z.string().max(100).optional(),
      department: z.string().max(60).optional(),
      from: Instant.optional(),
      to: Instant.optional(),
      sort: z.enum(['newest', 'oldest']).optional(),
    }),
  },
  responses: answer,
});

export const entryRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  on(router, ofCase, async (c) => {
    const person = c.get('person');
    const { limit, cursor } = c.req.valid('query');
    const row = await visibleCase(services, person, c.req.valid('param').caseId);
    const [after = 0] = cursor === undefined ? [] : decodeCursor('trail', cursor, [0]);
    const size = pageSize(limit);
    const { tenant, caseId } = row;
    const rows = await entriesOf(store, { tenant, caseId, afterSeq: Number(after), limit: size });
    const last = rows.at(-1);
    await recordRead(
      services,
      c,
      'entries.read',
      { kind: 'case', id: caseId },
      {
        from: rows[0]?.seq ?? null,
        to: last?.seq ?? null,
      },
    );
    const next =
      last !== undefined && rows.length === size && last.seq < row.lastSeq
        ? encodeCursor('trail', [last.seq])
        : null;
    return c.json({ items: await entryViews(services, person, rows), next });
  });

  on(router, ofAll, async (c) => {
    const person = c.get('person');
    if (!maySeeCases(person)) {
      throw new Condition('NOT_FOUND', 'There is nothing at this address.');
    }
    const { from, to, type, actor, ...query } = c.req.valid('query');
    const sight = await sightOf(services, person);
    if (sight.near !== undefined && query.caseId === undefined) {
      throw new Refused('DATA_INVALID', 'Who does not see all cases reads the entries of one at a time.', {
        errors: [{ pointer: '/caseId', message: 'is needed' }],
      });
    }
    const { items, next } = await listEntries(store, {
      tenant: person.tenant,
      sight,
      ...defined({ ...query, type, actor }),
      ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
      ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
    });
    await recordRead(
      services,
      c,
      'entries.read',
      { kind: 'tenant', id: person.tenant },
      { count: items.length },
    );
    // Who may not see an entry must not find out by a filter what it is.
    const filtered = type !== undefined || actor !== undefined;
    const rows = filtered
      ? items.filter(({ restrictedTo }) => maySeeRestricted(person, restrictedTo))
      : items;
    return c.json({ items: await entryViews(services, person, rows), next });
  });
  return router;
};
