import { and, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { tasks } from '../schema/index.ts';
import type { HiddenState } from './hidden-states.ts';
import { groupKeysMax } from './list-tasks.ts';
import { amongNear, type Sight } from './sight.ts';
import {
  filterConditions,
  type LentByKind,
  nearByView,
  type TaskFilter,
  type TaskView,
  tasksBy,
  viewRanges,
} from './task-filter.ts';

/** Counting stops here: a badge says "9999+", and no count takes longer than a page. */
export const countMax = 9_999;

type CountQuery = TaskView & TaskFilter & { tenant: string };

/** The number of open tasks of a view, at most `countMax` + 1, which means more than `countMax`. */
export const countTasks = (store: Store, query: CountQuery): Promise<number> =>
  store.read((db) => countIn(db, amongNear(db, nearByView(query))));

const countIn = (db: Db, query: CountQuery): number => {
  let count = 0;
  for (const range of viewRanges(query.tenant, query).slice(0, groupKeysMax)) {
    const some = db
      .select({ one: sql`1`.as('one') })
      .from(query.caseIds === undefined ? tasksBy(query.view, 'due') : sql`${tasks}`)
      .where(and(range, ...filterConditions(query, { byDue: true })))
      .limit(countMax + 1 - count)
      .as('some');
    count += db.select({ n: sql<number>`count(*)` }).from(some).get()?.n ?? 0;
    if (count > countMax) break;
  }
  return count;
};

export interface TaskCounts {
  mine: number;
  mineOverdue: number;
  candidate: number;
  candidateOverdue: number;
}

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
  const mine: CountQuery = { ...seen, view: 'mine', personId, actsFor };
  const candidate: CountQuery = { ...seen, view: 'candidate', groupKeys };
  return store.read((db) => {
    const seenMine = amongNear(db, nearByView(mine));
    const seenCandidate = amongNear(db, nearByView(candidate));
    return {
      mine: countIn(db, seenMine),
      mineOverdue: countIn(db, { ...seenMine, overdueAt: now }),
      candidate: countIn(db, seenCandidate),
      candidateOverdue: countIn(db, { ...seenCandidate, overdueAt: now }),
    };
  });
};
