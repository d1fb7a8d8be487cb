import { createRoute, z } from '@hono/zod-openapi';
import { definitionVersions, listDefinitions } from '../../db/own/definitions.ts';
import { lint } from '../../machines/definition/lint.ts';
import { definitionJsonSchema } from '../../machines/definition/schema.ts';
import { mayReadPolicy } from '../policy-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { readProblems } from '../schemas/common.ts';
import { Finding } from '../schemas/finding.ts';
import type { Services } from '../services.ts';

const tags = ['Definitions'];

const Version = z
  .object({
    id: z.string(),
    version: z.string(),
    hash: z.string(),
    kind: z.string(),
    title: z.object({ zh: z.string(), en: z.string() }),
    status: z.enum(['published', 'retired']),
    publishedAt: z.string(),
  })
  .openapi('DefinitionVersion');

const json = (description: string, schema: z.ZodType) => ({
  200: { description, content: { 'application/json': { schema } } },
  ...readProblems,
});

const items = (schema: z.ZodType) => z.object({ items: z.array(schema), next: z.null() });
const id = z.string().min(1).max(60);

const list = createRoute({
  method: 'get',
  path: '/v1/definitions',
  summary: 'The definitions, each in its highest published version',
  tags,
  responses: json('All of them', items(Version)),
});

const versions = createRoute({
  method: 'get',
  path: '/v1/definitions/{id}/versions',
  summary: 'The versions of a definition, the highest first',
  tags,
  request: { params: z.object({ id }) },
  responses: json('All of them', items(Version)),
});

const one = createRoute({
  method: 'get',
  path: '/v1/definitions/{id}/versions/{version}',
  summary: 'A version with its whole document',
  tags,
  request: { params: z.object({ id, version: z.string().min(1).max(30) }) },
  responses: json('The version', Version.extend({ document: z.unknown() })),
});

const lintRoute = createRoute({
  method: 'post',
  path: '/v1/definitions/lint',
  summary: 'Check a document, also against the table of who may do what; nothing is stored',
  tags,
  request: {
    body: {
      required: true,
      content: {
        'application/json': { schema: z.unknown().openapi({ type: 'object', description: 'The document' }) },
      },
    },
  },
  responses: json(
    'What was found; `ok` says that it could be published',
    z.object({ ok: z.boolean(), findings: z.array(Finding) }).openapi('LintResult'),
  ),
});

const schema = createRoute({
  method: 'get',
  path: '/v1/schema',
  summary: 'The JSON Schema of a definition document',
  tags,
  responses: json('The schema', z.unknown()),
});

export const definitionRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();
  const view = (row: Awaited<ReturnType<typeof definitionVersions>>[number]) => ({
    id: row.id,
    version: row.version,
    hash: row.hash,
    kind: row.document.kind,
    title: row.document.title,
    status: row.status,
    publishedAt: row.publishedAt,
  });

  on(router, list, async (c) => {
    const { tenant } = c.get('person');
    const ids = [...new Set((await listDefinitions(store, tenant)).map((row) => row.id))];
    const rows = await Promise.all(
      ids.map(async (each) => {
        const all = await definitionVersions(store, tenant, each);
        return all.findLast(({ status }) => status === 'published') ?? all.at(-1);
      }),
    );
    return c.json({ items: rows.filter((row) => row !== undefined).map(view), next: null });
  });

  on(router, versions, async (c) => {
    const rows = await definitionVersions(store, c.get('person').tenant, c.req.valid('param').id);
    if (rows.length === 0) {
      throw new Condition('NOT_FOUND', 'There is no such definition.');
    }
    return c.json({ items: rows.map(view).reverse(), next: null });
  });

  on(router, one, async (c) => {
    const { id: wanted, version } = c.req.valid('param');
    const rows = await definitionVersions(store, c.get('person').tenant, wanted);
    const row = rows.find((each) => each.version === version);
    if (!row) {
      throw new Condition('NOT_FOUND', 'There is no such version.');
    }
    return c.json({ ...view(row), document: row.document });
  });

  on(router, lintRoute, (c) => {
    const person = c.get('person');
    // What is found names roles of the table: to whoever may not read it, only those of the shipped one.
    const findings = lint(c.get('body'), mayReadPolicy(person) ? { policy: person.policy } : {});
    return c.json({ ok: !findings.some(({ severity }) => severity === 'error'), findings });
  });

  on(router, schema, (c) => c.json(definitionJsonSchema()));
  return router;
};
