import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { cases, personGroups, tasks } from '../schema/index.ts';
import { type HiddenState, inVisibleState } from './hidden-states.ts';
import { inSight } from './out-of-sight.ts';

/** Tasks that one report reads; a tenant with more asks for a shorter time. */
export const taskTimesMax = 50_000;

/** When a task was opened, taken and ended. Instants are RFC 3339 UTC. */
export interface TaskTimes {
  definition: string;
  /** Id of the state that the task belongs to. */
  step: string;
  /** The task's own, else the one where whoever has or had it works; null: of neither. */
  department: string | null;
  status: 'open' | 'completed' | 'cancelled';
  openedAt: string;
  /** When it first had an assignee. */
  assignedAt: string | null;
  closedAt: string | null;
  dueAt: string | null;
  /** Which version and profile the case follows: they say by what calendar time is counted. */
  definitionHash: string;
  profile: string | null;
}

export interface TaskTimesQuery {
  tenant: string;
  /** When cases were opened, RFC 3339; `to` is not included. */
  from: string;
  to: string;
  kind?: string | undefined;
  /** Facets of cases that are out of the reader's sight, and states that are marked for others. */
  hiding?: readonly string[];
  hidden?: readonly HiddenState[];
}

/** The tasks of cases opened in a time, those that a person added left out: they are no step. */
export const listTaskTimes = (
  store: Store,
  { tenant, from, to, kind, hiding, hidden }: TaskTimesQuery,
): Promise<TaskTimes[]> =>
  store.read((db) =>
    db
      .select({
        definition: tasks.definitionId,
        step: tasks.state,
        department: sql<string | null>`coalesce(${tasks.department}, (
          select min(g.name) from ${personGroups} g where g.tenant = ${tasks.tenant} and g.kind = 'department'
          and g.person_id = coalesce(${tasks.completedBy}, ${tasks.assignee})))`,
        status: tasks.status,
        openedAt: tasks.openedAt,
        assignedAt: tasks.assignedAt,
        closedAt: tasks.closedAt,
        dueAt: tasks.dueAt,
        definitionHash: cases.definitionHash,
        profile: cases.profile,
      })
      .from(cases)
      .innerJoin(tasks, and(eq(tasks.tenant, cases.tenant), eq(tasks.caseId, cases.caseId)))
      .where(
        and(
          eq(cases.tenant, tenant),
          gte(cases.openedAt, from),
          lt(cases.openedAt, to),
          kind === undefined ? undefined : eq(cases.kind, kind),
          sql`${cases.mode} is null and ${tasks.state} not like '@%'`,
          inSight(hiding, cases),
          inVisibleState(hidden, tasks),
        ),
      )
      .limit(taskTimesMax)
      .all(),
  );
