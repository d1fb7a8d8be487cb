import { createRoute, z } from '@hono/zod-openapi';
import { groupKeysOf } from '../../db/group-key.ts';
import type { Person } from '../../db/own/people.ts';
import { caseOwners } from '../../db/read/case-owners.ts';
import { countTasksOf } from '../../db/read/count-tasks.ts';
import { listTasks, type TaskRow } from '../../db/read/list-tasks.ts';
import { hidingFacets } from '../../db/read/out-of-sight.ts';
import type { TaskView } from '../../db/read/task-filter.ts';
import { searchCases } from '../../db/vault/search.ts';
import { adHocTitle } from '../../machines/kernel/ad-hoc-title.ts';
import { maySeeState } from '../case-view.ts';
import { actorOf } from '../facts.ts';
import { recordRead } from '../record-read.ts';
import { maySeeCases, maySeePersonal } from '../rights.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { Instant, pageQuery, readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';
import { defined } from './cases.ts';

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
    query: z.object({
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
            })
            .openapi('TaskCounts'),
        },
      },
    },
    ...readProblems,
  },
});

export const taskListRoutes = (services: Services): Router => {
  const { store, vault, now } = services;
  const router = newRouter();

  on(router, counts, async (c) => {
    const reader = c.get('person');
    const { tenant } = reader;
    const hiding = await hidingFacets(store, reader);
    const at = new Date(now()).toISOString();
    return c.json(
      await countTasksOf(store, { tenant, ...(await keysOf(services, reader)), now: at, hiding }),
    );
  });

  on(router, list, async (c) => {
    const person = c.get('person');
    const { tenant } = person;
    const { view = 'mine', overdue, dueBefore, q, ...query } = c.req.valid('query');
    if (!maySeeCases(person)) {
      return c.json({ items: [], next: null });
    }
    const found =
      q !== undefined && maySeePersonal(person) ? await searchCases(vault, { tenant, text: q }) : [];
    if (found.length > 0) {
      await recordRead(services, c, 'tasks.searched', { kind: 'tenant', id: tenant }, { cases: found });
    }
    const { items, next } = await listTasks(store, {
      tenant,
      hiding: await hidingFacets(store, person),
      ...viewOf(view, await keysOf(services, person)),
      ...defined(query),
      ...(dueBefore === undefined ? {} : { dueBefore: new Date(dueBefore).toISOString() }),
      ...(overdue === 'true' ? { overdueAt: new Date(now()).toISOString() } : {}),
      ...(found.length > 0 ? { caseIds: found } : q === undefined ? {} : { q }),
    });
    const [owners, ...views] = await Promise.all([
      caseOwners(
        store,
        tenant,
        items.map(({ caseId }) => caseId),
      ),
      ...items.map((row) => taskView(services, person, row)),
    ]);
    return c.json({
      items: views.flatMap((each) => (each ? [{ ...each, owner: owners.get(each.caseId) ?? null }] : [])),
      next,
    });
  });
  return router;
};

/** What finds a person's work, and that of those whom they stand in for now: who is away, or has lent them rights. */
interface WorkKeys {
  personId: string;
  actsFor: string[];
  groupKeys: string[];
}

const keysOf = async ({ store, now }: Services, person: Person): Promise<WorkKeys> => {
  const { actsFor = [] } = await actorOf(store, person, { nowMs: now() });
  return {
    personId: person.id,
    actsFor: actsFor.map(({ personId }) => personId),
    groupKeys: [...new Set([person, ...actsFor].flatMap(groupKeysOf))],
  };
};

const viewOf = (
  view: 'mine' | 'candidate' | 'team' | 'all',
  { personId, actsFor, groupKeys }: WorkKeys,
): TaskView => {
  switch (view) {
    case 'mine':
      return { view, personId, actsFor };
    case 'candidate':
    case 'team':
      return { view, groupKeys };
    case 'all':
      return { view };
  }
};

const priorities = ['high', 'normal', 'low'] as const;

/** A task as it is listed; undefined for one that is none of this reader's business. */
const taskView = async ({ definitions }: Services, reader: Person, row: TaskRow) => {
  const published = await definitions.find(row.tenant, row.definitionId);
  if (published && !maySeeState(published, reader, row.state)) {
    return undefined;
  }
  return {
    taskId: row.taskId,
    caseId: row.caseId,
    caseNumber: row.caseNumber,
    kind: row.caseKind,
    definition: { id: row.definitionId },
    state: row.state,
    title: published?.document.tasks?.[row.state]?.title ??
      adHocTitle(row.state) ?? { zh: row.state, en: row.state },
    status: row.status,
    role: row.role,
    department: row.department,
    assignee: row.assignee,
    priority: priorities[row.priority] ?? 'normal',
    openedAt: row.openedAt,
    dueAt: row.dueAt,
  };
};
