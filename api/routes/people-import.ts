import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { changePeople } from '../change-people.ts';
import { type ImportOutcome, importFiles } from '../people-csv/import-files.ts';
import { printTable } from '../people-csv/print-table.ts';
import { tables } from '../people-csv/read-table.ts';
import { isAdmin, ownIds, requireAdmin, requireStaff } from '../people-rights.ts';
import { Condition, problemResponse, Refused } from '../problem.ts';
import { recordRead } from '../record-read.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems, readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';

const tags = ['People'];
const importBytesMax = 10 * 1024 * 1024;

const CsvFile = z.instanceof(File).openapi({ type: 'string', format: 'binary' }).optional();
const Files = z.strictObject({
  people: CsvFile,
  departments: CsvFile,
  authority: CsvFile,
  absences: CsvFile,
  delegations: CsvFile,
});
const TableCounts = z.object({ added: z.int(), changed: z.int(), unchanged: z.int() });

const Outcome = z
  .object({
    ok: z.boolean(),
    dryRun: z.boolean(),
    counts: z.record(z.enum(tables), TableCounts),
    errors: z
      .array(
        z.object({
          table: z.enum(tables),
          line: z.int().describe('1 is the header'),
          column: z.string(),
          code: z.string(),
          reason: z.string(),
        }),
      )
      .describe('The first 1,000'),
  })
  .openapi('ImportOutcome');

const importRoute = createRoute({
  method: 'post',
  path: '/v1/people/import',
  summary:
    'Import CSV files of people, departments, authority, absences and delegations, all or nothing (administrators)',
  tags,
  middleware: bodyLimit({
    maxSize: importBytesMax,
    onError: (c) => problemResponse(c, 'BODY_TOO_LARGE', `An import may have ${importBytesMax} bytes.`),
  }),
  request: {
    headers: commandHeaders,
    query: z.strictObject({
      dryRun: z.enum(['true', 'false']).optional().describe('Names each bad line and changes nothing'),
    }),
    body: { required: true, content: { 'multipart/form-data': { schema: Files } } },
  },
  responses: {
    200: {
      description: 'What was imported, or would be',
      content: { 'application/json': { schema: Outcome } },
    },
    ...commandProblems,
  },
});

const exportRoute = createRoute({
  method: 'get',
  path: '/v1/people/export',
  summary: 'A whole table as CSV, which an import reads back (administrators); that is recorded',
  tags,
  request: { query: z.strictObject({ table: z.enum(tables).optional().describe('Default `people`') }) },
  responses: {
    200: { description: 'The file', content: { 'text/csv': { schema: z.string() } } },
    ...readProblems,
  },
});

/** Bad lines that an answer names. */
const errorsMax = 1_000;

export const peopleImportRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  on(router, importRoute, async (c) => {
    const person = requireStaff(c.get('person'));
    const { tenant } = person;
    const form = c.req.valid('form');
    const dryRun = c.req.valid('query').dryRun === 'true';
    const files = Object.fromEntries(
      await Promise.all(tables.map(async (table) => [table, await textOf(form[table])] as const)),
    );
    if (Object.values(files).every((text) => text === undefined)) {
      throw new Condition('INPUT_INVALID', `Send at least one file: ${tables.join(', ')}.`);
    }
    return changePeople<ImportOutcome>(services, c, {
      subject: { kind: 'tenant', id: tenant },
      fingerprint: [dryRun, createHash('sha256').update(JSON.stringify(files)).digest('hex')],
      status: 200,
      authorize: () => requireAdmin(person),
      work: async (by) => {
        const self = { ids: await ownIds(store, person), roles: person.roles };
        const outcome = await importFiles(store, tenant, files, { by, dryRun, self });
        if (!outcome.ok && !dryRun) {
          throw new Refused('IMPORT_INVALID', 'The files have bad lines; nothing was imported.', {
            errors: outcome.errors.slice(0, errorsMax).map(({ table, line, column, reason }) => ({
              pointer: `/${table}/${line}${column === '' ? '' : `/${column}`}`,
              message: reason,
            })),
          });
        }
        return { saved: outcome };
      },
      answer: ({ ok, counts, errors }) => ({
        ...{ ok, dryRun, counts: { ...counts } as never },
        errors: errors.slice(0, errorsMax).map((error) => ({ ...error })),
      }),
    });
  });

  on(router, exportRoute, async (c) => {
    const person = requireStaff(c.get('person'));
    if (!isAdmin(person)) {
      throw new Condition('NOT_FOUND', 'There is nothing at this address.');
    }
    const { table = 'people' } = c.req.valid('query');
    const { tenant } = person;
    await recordRead(services, c, 'export.made', { kind: 'tenant', id: tenant }, { table });
    c.header('content-type', 'text/csv; charset=utf-8');
    c.header('content-disposition', `attachment; filename="${table}.csv"`);
    return c.body(await printTable(store, tenant, table));
  });
  return router;
};

/** @throws Condition for bytes that are no UTF-8 */
const textOf = async (file: File | undefined): Promise<string | undefined> => {
  if (file === undefined) {
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Condition('INPUT_INVALID', 'A file is not UTF-8; save it as “CSV UTF-8”.');
  }
};
