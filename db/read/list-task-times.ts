import { setImmediate as turn } from 'node:timers/promises';
import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { StepTimes } from '../../machines/people/department-report.ts';
import type { Db, Store } from '../open.ts';
import { cases, personGroups, tasks } from '../schema/index.ts';
import { type HiddenState, inVisibleState } from './hidden-states.ts';
import { inSight, type Sight } from './sight.ts';

/** Tasks that one report reads; a tenant with more asks for a shorter time. */
export const taskTimesMax = 50_000;
/** Tasks that are read, and worked on, before others have their turn. */
const pageMax = 200;

/** A task's times, with what says by what calendar time is counted: the version and profile that its case follows. */
export interface TaskTimes extends Omit<StepTimes, 'calendar'> {
  definitionHash: string;
  profile: string | null;
}

export interface TaskTimesQuery {
  tenant: string;
  /** When cases were opened, RFC 3339; `to` is not included. */
  from: string;
  to: string;
  kind?: string | undefined;
  /** The cases that the reader may see, and the states that are marked for others. */
  sight?: Sight;
  hidden?: readonly HiddenState[];
}

/**
 * The tasks of cases opened in a time, the first opened case's first, page by page and at most `taskTimesMax`; those that
 * a person added are left out: they are no step. Between two pages whatever else waits has its turn, so it is no
 * snapshot; each task is there once.
 */
export async function* listTaskTimes(store: Store, query: TaskTimesQuery): AsyncGenerator<TaskTimes[]> {
  let after: Place | undefined;
  for (let read = 0; read < taskTimesMax; read += pageMax) {
    const rows = await store.read((db) => pageIn(db, query, after));
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ place: _, ...times }) => times);
    if (rows.length < pageMax) return;
    after = last.place;
    await turn();
  }
}

/** Where a page ended: cases in the order in which they were opened, in each of them its tasks by their ids. */
interface Place {
  openedAt: string;
  caseId: string;
  taskId: string;
}

const pageIn = (
  db: Db,
  { tenant, from, to, kind, sight, hidden }: TaskTimesQuery,
  after: Place | undefined,
): (TaskTimes & { place: Place })[] =>
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
      place: { openedAt: cases.openedAt, caseId: cases.caseId, taskId: tasks.taskId },
    })
    .from(cases)
    .innerJoin(tasks, and(eq(tasks.tenant, cases.tenant), eq(tasks.caseId, cases.caseId)))
    .where(
      and(
        eq(cases.tenant, tenant),
        // One bound, of cases alone: by two of them the index would be read from the first case on for each page.
        after === undefined
          ? gte(cases.openedAt, from)
          : sql`(${cases.openedAt}, ${cases.caseId}) >= (${after.openedAt}, ${after.caseId})`,
        lt(cases.openedAt, to),
        kind === undefined ? undefined : eq(cases.kind, kind),
        // Of the case in which the page before ended, what came after it.
        after && sql`(${cases.caseId} <> ${after.caseId} or ${tasks.taskId} > ${after.taskId})`,
        sql`${cases.mode} is null and ${tasks.state} not like '@%'`,
        inSight(sight, cases),
        inVisibleState(hidden, tasks),
      ),
    )
    .orderBy(cases.openedAt, cases.caseId, tasks.taskId)
    .limit(pageMax)
    .all();
