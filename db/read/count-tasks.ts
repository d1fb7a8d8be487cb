import { and, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { tasks } from '../schema/index.ts';
import type { HiddenState } from './hidden-states.ts';
import { amongNear, type Sight } from './sight.ts';
import {
  filterConditions,
  type LentByKind,
  nearByView,
  type TaskFilter,
  type TaskView,
  tasksBy,
  viewReads,
} from './task-filter.ts';

/** Counting stops here: a badge says "9999+", and no count takes longer than a page. */
export const countMax = 9_999;

type CountQuery = TaskView & TaskFilter & { tenant: string };

/** The number of open tasks of a view, at most `countMax` + 1, which means more than `countMax`. */
export const countTasks = (store: Store, query: CountQuery): Promise<number> =>
  store.read((db) => countIn(db, amongNear(db, nearByView(query))));

const countIn = (db: Db, query: CountQuery): number => {
  let count = 0;
  const { by, ranges } = viewReads(query.tenant, query);
  for (const range of ranges) {
    const some = db
      .select({ one: sql`1`.as('one') })
      .from(query.caseIds === undefined ? tasksBy(by, 'due') : sql`${tasks}`)
      .where(and(range, ...filterConditions(query, { byDue: true })))
      .limit(countMax + 1 - count)
      .as('some');
    count += db.select({ n: sql<number>`count(*)` }).from(some).get()?.n ?? 0;
    if (count > countMax) break;
  }
  return count;
};

/** Open tasks of each view, and those of them that are overdue. */
export interface TaskCounts {
  mine: number;
  mineOverdue: number;
  candidate: number;
  candidateOverdue: number;
  team: number;
  teamOverdue: number;
  all: number;
  allOverdue: number;
}

export const noTasks: TaskCounts = {
  ...{ mine: 0, mineOverdue: 0, candidate: 0, candidateOverdue: 0 },
  ...{ team: 0, teamOverdue: 0, all: 0, allOverdue: 0 },
};

/** The figures beside a person's worklist, each at most `countMax` + 1. `now` is RFC 3339. */
export const countTasksOf = (
  store: Store,
  person: {
    tenant: string;
    personId: string;
    actsFor?: string[];
    lentByKind?: LentByKind[];
    groupKeys: string[];
    now: string;
    sight?: Sight;
    hiddenStates?: HiddenState[];
  },
): Promise<TaskCounts> => {
  const {
    tenant,
    personId,
    actsFor = [],
    groupKeys,
    now,
    sight = { hiding: [] },
    hiddenStates = [],
  } = person;
  const seen = { tenant, sight, hiddenStates, ...(person.lentByKind && { lentByKind: person.lentByKind }) };
  return store.read((db) => {
    const both = (view: CountQuery): [number, number] => {
      const query = amongNear(db, nearByView(view));
      return [countIn(db, query), countIn(db, { ...query, overdueAt: now })];
    };
    const [mine, mineOverdue] = both({ ...seen, view: 'mine', personId, actsFor });
    const [candidate, candidateOverdue] = both({ ...seen, view: 'candidate', groupKeys });
    const [team, teamOverdue] = both({ ...seen, view: 'team', groupKeys });
    const [all, allOverdue] = both({ ...seen, view: 'all' });
    return { mine, mineOverdue, candidate, candidateOverdue, team, teamOverdue, all, allOverdue };
  });
};
