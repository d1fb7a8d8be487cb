import type { Context } from 'hono';
import type { Page } from '../db/read/cursor.ts';
import type { StateOfKind } from '../db/read/in-states.ts';
import { listTasks, type TaskRow, type TaskSort } from '../db/read/list-tasks.ts';
import { searchTaskList } from '../db/read/search-tasks.ts';
import type { TaskFilter, TaskView } from '../db/read/task-filter.ts';
import { defined } from './defined.ts';
import type { AppEnv } from './env.ts';
import { hiddenStates } from './hidden-states.ts';
import type { Reader } from './reader.ts';
import { maySeeCases } from './rights.ts';
import { searched } from './searched.ts';
import type { Services } from './services.ts';
import { sightOf, type WorkKeys, workKeysOf } from './sight.ts';

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

/** What a reader may see, as lists keep to it. */
export type SeenOnly = Required<Pick<TaskFilter, 'sight' | 'hiddenStates'>>;

export const seenOnly = async (services: Services, reader: Reader): Promise<SeenOnly> => ({
  sight: await sightOf(services, reader),
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
    ...(await seenOnly(services, person)),
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

const viewOf = (
  view: 'mine' | 'candidate' | 'team' | 'all',
  { personId, actsFor, groupKeys, lentByKind }: WorkKeys,
): TaskView => {
  const lent = lentByKind === undefined ? {} : { lentByKind };
  switch (view) {
    case 'mine':
      return { view, personId, actsFor, ...lent };
    case 'candidate':
    case 'team':
      return { view, groupKeys, ...lent };
    case 'all':
      return { view };
  }
};
