import { checkAbsence } from '../../machines/people/check-absence.ts';
import { checkLimit, isSameLine } from '../../machines/people/check-limit.ts';
import { checkDepartment, checkPerson } from '../../machines/people/check-person.ts';
import type { Known, PeopleFault } from '../../machines/people/fault.ts';
import type {
  Absence,
  AuthorityLimit,
  Department,
  PersonRecord,
} from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { absenceContent, allAbsencesIn, writeAbsence } from './absences.ts';
import { allLimitsIn } from './authority.ts';
import { limitContent, recordLimit } from './authority-changes.ts';
import { departmentContent, recordDepartment } from './department-changes.ts';
import { departmentsIn } from './departments.ts';
import { type Coming, knownIn } from './known-people.ts';
import type { ChangedBy } from './people-history.ts';
import { personContent, personRecordIn, writePerson } from './person-record.ts';

/** A line of a file with what it says. */
export interface Line<T> {
  line: number;
  value: T;
}

/** What is to be imported. `change` makes the new state of what is there now, or of nothing. */
export interface ImportRows {
  people: Line<{ id: string; change: (there: PersonRecord | undefined) => PersonRecord }>[];
  departments: Line<{ id: string; change: (there: Department | undefined) => Department }>[];
  authority: Line<AuthorityLimit>[];
  absences: Line<Absence>[];
}

export type ImportTable = keyof ImportRows;

/** A line that cannot be imported; the pointer is into people data. */
export interface BadLine {
  table: ImportTable;
  line: number;
  pointer: string;
  code: PeopleFault['code'] | 'ALREADY_EXISTS' | 'FOUR_EYES' | 'INPUT_INVALID';
  reason: string;
}

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

export interface ImportOptions {
  by: ChangedBy;
  dryRun: boolean;
  /** Whose own rights the import must not change: the ids and roles of who imports. */
  self?: { ids: string[]; roles: string[] };
}

interface Step {
  table: ImportTable;
  line: number;
  before: unknown;
  after: unknown;
  write: () => void;
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
      const counts = { people: none(), departments: none(), authority: none(), absences: none() };
      for (const { table, before, after, write } of steps) {
        const same = before !== undefined && JSON.stringify(before) === JSON.stringify(after);
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

const judge = (
  db: Db,
  tenant: string,
  rows: ImportRows,
  options: ImportOptions,
): { bad: BadLine[]; steps: Step[] } => {
  const there = new Map(departmentsIn(db, tenant).map((department) => [department.id, department]));
  const people = rows.people.map(({ line, value }) => {
    const before = personRecordIn(db, tenant, value.id);
    return { line, before, after: value.change(before) };
  });
  const departments = rows.departments.map(({ line, value }) => {
    const before = there.get(value.id);
    return { line, before, after: value.change(before) };
  });
  const coming: Coming = {
    people: new Map(people.map(({ after }) => [after.id, after])),
    departments: new Map(departments.map(({ after }) => [after.id, after])),
  };
  const known = knownIn(db, tenant, coming);
  const bad: BadLine[] = [
    ...repeated('people', people),
    ...repeated('departments', departments),
    ...people.flatMap(({ line, before, after }) => [
      ...faultsOf('people', line, checkPerson(after, known, before)),
      ...nameless(line, after),
      ...ownRights(line, before, after, options),
    ]),
    ...departments.flatMap(({ line, before, after }) =>
      faultsOf('departments', line, checkDepartment(after, known, before)),
    ),
  ];
  const limits = judgeLimits(db, tenant, rows.authority, known, options);
  const absences = judgeAbsences(db, tenant, rows.absences, known, options);
  const { by } = options;
  return {
    bad: [...bad, ...limits.bad, ...absences.bad],
    steps: [
      ...people.map(
        ({ line, before, after }): Step => ({
          ...{ table: 'people', line, before: before && personContent(before), after: personContent(after) },
          write: () => writePerson(db, tenant, after, by, before),
        }),
      ),
      ...departments.map(
        ({ line, before, after }): Step => ({
          ...{ table: 'departments', line, after: departmentContent(after) },
          before: before && departmentContent(before),
          write: () => recordDepartment(db, tenant, after, by),
        }),
      ),
      ...limits.steps,
      ...absences.steps,
    ],
  };
};

const judgeLimits = (
  db: Db,
  tenant: string,
  lines: ImportRows['authority'],
  known: Known,
  { by, self }: ImportOptions,
): { bad: BadLine[]; steps: Step[] } => {
  const there = allLimitsIn(db, tenant);
  const isSame = (a: AuthorityLimit, b: AuthorityLimit) => isSameLine(a, b) && a.fromMs === b.fromMs;
  const keyOf = ({ holder, caseKind, currency }: AuthorityLimit) =>
    JSON.stringify([holder.kind, holder.id, caseKind, currency]);
  const coming = Map.groupBy(lines, ({ value }) => keyOf(value));
  return {
    bad: lines.flatMap(({ line, value }) => {
      const sameKey = coming.get(keyOf(value)) ?? [];
      const staying = there.filter(
        (each) => isSameLine(each, value) && !sameKey.some((other) => isSame(other.value, each)),
      );
      const others = [...staying, ...sameKey.filter((each) => each.line !== line).map((each) => each.value)];
      const own =
        value.holder.kind === 'person'
          ? self?.ids.includes(value.holder.id)
          : self?.roles.includes(value.holder.id);
      return [
        ...faultsOf('authority', line, checkLimit(value, others, known)),
        ...(own === true ? [ownLine('authority', line, '/holder')] : []),
      ];
    }),
    steps: lines.map(({ line, value }): Step => {
      const before = there.find((each) => isSame(each, value));
      return {
        ...{ table: 'authority', line, before: before && limitContent(before), after: limitContent(value) },
        write: () => recordLimit(db, tenant, value, by),
      };
    }),
  };
};

const judgeAbsences = (
  db: Db,
  tenant: string,
  lines: ImportRows['absences'],
  known: Known,
  { by }: ImportOptions,
): { bad: BadLine[]; steps: Step[] } => {
  const persons = new Set(lines.map(({ value }) => value.personId));
  const there =
    lines.length === 0 ? [] : allAbsencesIn(db, tenant).filter(({ personId }) => persons.has(personId));
  const comingIds = new Set(lines.map(({ value }) => value.id));
  const others = Map.groupBy(
    [...there.filter(({ id }) => !comingIds.has(id)), ...lines.map(({ value }) => value)],
    ({ personId }) => personId,
  );
  return {
    bad: [
      ...repeated(
        'absences',
        lines.map(({ line, value }) => ({ line, after: value })),
      ),
      ...lines.flatMap(({ line, value }) =>
        value.status === 'cancelled'
          ? []
          : faultsOf('absences', line, checkAbsence(value, others.get(value.personId) ?? [], known)),
      ),
    ],
    steps: lines.map(({ line, value }): Step => {
      const before = there.find(({ id }) => id === value.id);
      const change = value.status === 'cancelled' ? 'absence.cancelled' : 'absence.changed';
      return {
        ...{
          table: 'absences',
          line,
          before: before && absenceContent(before),
          after: absenceContent(value),
        },
        write: () => writeAbsence(db, tenant, value, by, before ? change : 'absence.added'),
      };
    }),
  };
};

const faultsOf = (table: ImportTable, line: number, faults: PeopleFault[]): BadLine[] =>
  faults.map(({ code, pointer, message }) => ({ table, line, pointer, code, reason: message }));

const repeated = (table: ImportTable, lines: { line: number; after: { id: string } }[]): BadLine[] => {
  const first = new Map<string, number>();
  return lines.flatMap(({ line, after: { id } }): BadLine[] => {
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, line);
      return [];
    }
    return [
      { table, line, pointer: '/id', code: 'ALREADY_EXISTS', reason: `stands in line ${earlier} already` },
    ];
  });
};

const nameless = (line: number, { name }: PersonRecord): BadLine[] =>
  name === ''
    ? [{ table: 'people', line, pointer: '/name', code: 'INPUT_INVALID', reason: 'is required' }]
    : [];

const ownLine = (table: ImportTable, line: number, pointer: string): BadLine => ({
  ...{ table, line, pointer, code: 'FOUR_EYES' },
  reason: 'is about your own rights: ask another administrator',
});

const ownRights = (
  line: number,
  before: PersonRecord | undefined,
  after: PersonRecord,
  { self }: ImportOptions,
): BadLine[] =>
  self !== undefined &&
  (self.ids.includes(after.id) || (after.humanId !== null && self.ids.includes(after.humanId))) &&
  JSON.stringify(before && personContent(before)) !== JSON.stringify(personContent(after))
    ? [ownLine('people', line, '/id')]
    : [];
