import type { Context } from 'hono';
import { groupKeysOf } from '../db/group-key.ts';
import type { Page } from '../db/read/cursor.ts';
import type { StateOfKind } from '../db/read/in-states.ts';
import { listTasks, type TaskRow, type TaskSort } from '../db/read/list-tasks.ts';
import { hidingFacets } from '../db/read/out-of-sight.ts';
import { searchTaskList } from '../db/read/search-tasks.ts';
import type { TaskFilter, TaskView } from '../db/read/task-filter.ts';
import { defined } from './defined.ts';
import type { AppEnv } from './env.ts';
import { actorOf } from './facts.ts';
import { hiddenStates } from './hidden-states.ts';
import type { Reader } from './reader.ts';
import { maySeeCases } from './rights.ts';
import { searched } from './searched.ts';
import type { Services } from './services.ts';

/** What somebody asks of a worklist. */
export interface WorkListQuery {
  /** Default `mine`. */
  view?: 'mine' | 'candidate' | 'team' | 'all' | undefined;
  kind?: string | undefined;
  /** Only tasks of these states. */
  states?: StateOfKind[] | undefined;
  dueBefore?: string | undefined;
  overdue?: 'true' | 'false' | undefined;
  q?: string | undefined;
  sort?: TaskSort | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** What is out of a reader's sight, as lists leave it out. */
export type OutOfSight = Required<Pick<TaskFilter, 'hiding' | 'hiddenStates'>>;

export const outOfSight = async (services: Services, reader: Reader): Promise<OutOfSight> => ({
  hiding: await hidingFacets(services.store, reader),
  hiddenStates: await hiddenStates(services, reader),
});

/**
 * One page of the open tasks that the sender of this request may see, under what they ask for.
 *
 * @throws CursorInvalid
 */
export const workList = async (
  services: Services,
  c: Context<AppEnv>,
  { view = 'mine', overdue, dueBefore, q, ...query }: WorkListQuery,
): Promise<Page<TaskRow>> => {
  const { store, now } = services;
  const person = c.get('person');
  const { tenant } = person;
  if (!maySeeCases(person)) {
    return { items: [], next: null };
  }
  const asked = {
    tenant,
    ...(await outOfSight(services, person)),
    ...viewOf(view, await workKeysOf(services, person)),
    ...defined(query),
    ...(dueBefore === undefined ? {} : { dueBefore: new Date(dueBefore).toISOString() }),
    ...(overdue === 'true' ? { overdueAt: new Date(now()).toISOString() } : {}),
  };
  return searched(
    services,
    c,
    'tasks.searched',
    { q, cursor: query.cursor },
    {
      all: () => listTasks(store, asked),
      ofCases: (caseIds) => listTasks(store, { ...asked, caseIds }),
      byText: (text) => searchTaskList(store, { ...asked, q: text }),
    },
  );
};

/** What finds a person's work, and that of those whom they stand in for now: who is away, or has lent them rights. */
export interface WorkKeys {
  personId: string;
  actsFor: string[];
  groupKeys: string[];
}

export const workKeysOf = async ({ store, now }: Services, person: Reader): Promise<WorkKeys> => {
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
