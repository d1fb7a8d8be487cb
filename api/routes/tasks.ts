import { createRoute, z } from '@hono/zod-openapi';
import { caseOwners } from '../../db/read/case-owners.ts';
import { countTasksOf, noTasks } from '../../db/read/count-tasks.ts';
import type { TaskRow } from '../../db/read/list-tasks.ts';
import { maySeeCases } from '../rights.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { Instant, pageQuery, readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';
import { workKeysOf } from '../sight.ts';
import { taskTitle } from '../task-title.ts';
import { seenOnly, workList } from '../work-list.ts';

const tags = ['Tasks'];

const Task = z
  .object({
    taskId: z.string(),
    caseId: z.string(),
    caseNumber: z.string(),
    kind: z.string(),
    definition: z.object({ id: z.string() }),
    state: z.string(),
    title: z.object({ zh: z.string(), en: z.string() }),
    status: z.enum(['open', 'completed', 'cancelled']),
    role: z.string(),
    department: z.string().nullable(),
    assignee: z.string().nullable(),
    priority: z.enum(['high', 'normal', 'low']),
    openedAt: z.string(),
    dueAt: z.string().nullable(),
    owner: z.string().nullable().describe('Who is answerable for the case'),
  })
  .openapi('Task');

const list = createRoute({
  method: 'get',
  path: '/v1/tasks',
  summary: 'List open tasks',
  tags,
  request: {
    query: z.strictObject({
      ...pageQuery,
      view: z.enum(['mine', 'candidate', 'team', 'all']).optional().describe('Default mine'),
      kind: z.string().max(60).optional(),
      dueBefore: Instant.optional(),
      overdue: z.enum(['true', 'false']).optional(),
      q: z.string().min(1).max(200).optional(),
      sort: z.enum(['due', 'opened', 'priority']).optional(),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: page(Task) } } },
    ...readProblems,
  },
});

const counts = createRoute({
  method: 'get',
  path: '/v1/tasks/counts',
  summary: 'The figures beside your worklist; 10000 means more than 9999',
  tags,
  responses: {
    200: {
      description: 'Counts',
      content: {
        'application/json': {
          schema: z
            .object({
              mine: z.int(),
              mineOverdue: z.int(),
              candidate: z.int(),
              candidateOverdue: z.int(),
              team: z.int(),
              teamOverdue: z.int(),
              all: z.int(),
              allOverdue: z.int(),
            })
            .openapi('TaskCounts'),
        },
      },
    },
    ...readProblems,
  },
});

export const taskListRoutes = (services: Services): Router => {
  const { store, now, definitions } = services;
  const router = newRouter();

  on(router, counts, async (c) => {
    const reader = c.get('person');
    const { tenant } = reader;
    const seen = await seenOnly(services, reader);
    const at = new Date(now()).toISOString();
    return c.json(
      maySeeCases(reader)
        ? await countTasksOf(store, { tenant, ...(await workKeysOf(services, reader)), now: at, ...seen })
        : noTasks,
    );
  });

  on(router, list, async (c) => {
    const person = c.get('person');
    const { items, next } = await workList(services, c, c.req.valid('query'));
    const { tenant } = person;
    const caseIds = items.map(({ caseId }) => caseId);
    const definitionIds = [...new Set(items.map(({ definitionId }) => definitionId))];
    const [owners, ...published] = await Promise.all([
      caseOwners(store, tenant, caseIds),
      ...definitionIds.map((id) => definitions.find(tenant, id)),
    ]);
    const documents = new Map(definitionIds.map((id, n) => [id, published[n]?.document]));
    return c.json({
      items: items.map((row) => ({
        ...taskView(row, documents.get(row.definitionId)),
        owner: owners.get(row.caseId) ?? null,
      })),
      next,
    });
  });
  return router;
};

const priorities = ['high', 'normal', 'low'] as const;

/** A task as it is listed. */
const taskView = (row: TaskRow, document: Parameters<typeof taskTitle>[0]) => ({
  taskId: row.taskId,
  caseId: row.caseId,
  caseNumber: row.caseNumber,
  kind: row.caseKind,
  definition: { id: row.definitionId },
  state: row.state,
  title: taskTitle(document, row.state),
  status: row.status,
  role: row.role,
  department: row.department,
  assignee: row.assignee,
  priority: priorities[row.priority] ?? 'normal',
  openedAt: row.openedAt,
  dueAt: row.dueAt,
});
