import type { Db, Store } from '../open.ts';
import { departmentsIn } from './departments.ts';
import {
  type BadLine,
  type ImportOptions,
  type ImportRows,
  type ImportTable,
  isSameContent,
  type Judged,
  type Judging,
  statesOf,
} from './import-line.ts';
import { judgeAbsences } from './judge-absences.ts';
import { judgeDelegations } from './judge-delegations.ts';
import { judgeDepartments } from './judge-departments.ts';
import { judgeLimits, limitsAfter } from './judge-limits.ts';
import { judgePeople } from './judge-people.ts';
import { type Coming, knownIn } from './known-people.ts';
import { personRecordIn } from './person-record.ts';

export interface Counts {
  added: number;
  changed: number;
  unchanged: number;
}

export interface ImportReport {
  bad: BadLine[];
  /** What was imported, or would be where nothing is bad. */
  counts: { [table in ImportTable]: Counts };
}

/**
 * Imports people data all at once or not at all: every line is judged together with all others, and one that is bad
 * keeps all of them out. A dry run writes nothing and reports the same. It is one transaction, and nobody else writes
 * meanwhile: some four seconds for 10,000 new people.
 */
export const importOrganisation = (
  store: Store,
  tenant: string,
  rows: ImportRows,
  options: ImportOptions,
): Promise<ImportReport> =>
  store.write(
    (db) => {
      const { bad, steps } = judge(db, tenant, rows, options);
      const counts = {
        ...{ people: none(), departments: none(), authority: none(), absences: none(), delegations: none() },
      };
      for (const { table, before, after, write } of steps) {
        const same = isSameContent(before, after);
        counts[table][before === undefined ? 'added' : same ? 'unchanged' : 'changed'] += 1;
        if (bad.length === 0 && !options.dryRun && !same) write();
      }
      return { bad, counts };
    },
    { untilMs: Date.now() + importWithinMs },
  );

/** How long an import may wait for its turn to write. */
const importWithinMs = 30_000;

const none = (): Counts => ({ added: 0, changed: 0, unchanged: 0 });

const judge = (db: Db, tenant: string, rows: ImportRows, options: ImportOptions): Judged => {
  const there = new Map(departmentsIn(db, tenant).map((department) => [department.id, department]));
  const people = statesOf(rows.people, (id) => personRecordIn(db, tenant, id));
  const departments = statesOf(rows.departments, (id) => there.get(id));
  const coming: Coming = {
    people: new Map(people.map(({ after }) => [after.id, after])),
    departments: new Map(departments.map(({ after }) => [after.id, after])),
  };
  const judging: Judging = { ...options, db, tenant, coming, known: knownIn(db, tenant, coming) };
  const tables = [
    judgePeople(people, judging),
    judgeDepartments(departments, judging),
    judgeLimits(rows.authority, judging),
    judgeAbsences(rows.absences, judging),
    judgeDelegations(rows.delegations, () => limitsAfter(rows.authority, judging), judging),
  ];
  return { bad: tables.flatMap(({ bad }) => bad), steps: tables.flatMap(({ steps }) => steps) };
};
