import type { Known, PeopleFault } from '../../machines/people/fault.ts';
import type {
  Absence,
  AuthorityLimit,
  Delegation,
  Department,
  PersonRecord,
} from '../../machines/people/organisation.ts';
import type { Db } from '../open.ts';
import type { Coming } from './known-people.ts';
import type { ChangedBy } from './people-history.ts';

/** A line of a file with what it says. */
export interface Line<T> {
  line: number;
  value: T;
}

/** `change` makes the new state of what is there now, or of nothing. */
export interface Wanted<T> {
  id: string;
  change: (there: T | undefined) => T;
}

/** What is to be imported. */
export interface ImportRows {
  people: Line<Wanted<PersonRecord>>[];
  departments: Line<Wanted<Department>>[];
  authority: Line<AuthorityLimit>[];
  absences: Line<Absence>[];
  delegations: Line<Wanted<Delegation>>[];
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

export interface ImportOptions {
  by: ChangedBy;
  dryRun: boolean;
  /** Whose own rights the import must not change: the ids and roles of who imports. */
  self?: { ids: string[]; roles: string[] };
}

/** What a table's lines are judged against. */
export interface Judging extends ImportOptions {
  db: Db;
  tenant: string;
  coming: Coming;
  /** What is there, and the people and departments that come with it. */
  known: Known;
}

/** What a line makes of what is there. */
export interface State<T> {
  line: number;
  before: T | undefined;
  after: T;
}

/** A line as history keeps it, and how it is written; one that changes nothing is not. */
export interface Step {
  table: ImportTable;
  line: number;
  before: unknown;
  after: unknown;
  write: () => void;
}

/** One table of an import, judged. */
export interface Judged {
  bad: BadLine[];
  steps: Step[];
}

export const statesOf = <T>(lines: Line<Wanted<T>>[], there: (id: string) => T | undefined): State<T>[] =>
  lines.map(({ line, value }) => {
    const before = there(value.id);
    return { line, before, after: value.change(before) };
  });

/** Whether two are the same as history keeps them. */
export const isSameContent = (before: unknown, after: unknown): boolean =>
  before !== undefined && JSON.stringify(before) === JSON.stringify(after);

export const faultsOf = (table: ImportTable, line: number, faults: PeopleFault[]): BadLine[] =>
  faults.map(({ code, pointer, message }) => ({ table, line, pointer, code, reason: message }));

/** Lines whose id an earlier line has. */
export const repeatedLines = (
  table: ImportTable,
  lines: { line: number; after: { id: string } }[],
): BadLine[] => {
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

/** A line by which somebody would change what they may do themselves. */
export const ownLine = (table: ImportTable, line: number, pointer: string): BadLine => ({
  ...{ table, line, pointer, code: 'FOUR_EYES' },
  reason: 'is about your own rights: ask another administrator',
});
