import type { Columns, Table } from './read-table.ts';

/** The columns of each table. Cells of several values separate them by semicolons. */
export const columnsOf: { [table in Table]: Columns } = {
  people: {
    table: 'people',
    required: ['id'],
    optional: [
      ...['name', 'status', 'roles', 'departments', 'skills', 'licences', 'regions'],
      ...['superior', 'same_person_as', 'calendar'],
    ],
  },
  departments: {
    table: 'departments',
    required: ['id'],
    optional: ['title_zh', 'title_en', 'parent', 'head', 'status'],
  },
  authority: {
    table: 'authority',
    required: ['holder_kind', 'holder', 'currency', 'amount'],
    optional: ['case_kind', 'from', 'until'],
  },
  absences: {
    table: 'absences',
    required: ['person', 'from', 'until'],
    optional: ['id', 'reason', 'status'],
  },
  delegations: {
    table: 'delegations',
    required: ['kind', 'person', 'delegate', 'from'],
    optional: ['id', 'until', 'roles', 'case_kinds', 'limits', 'status'],
  },
};

/** Fields of people data that a file calls otherwise. */
const columnNames: { [table in Table]: { [field: string]: string } } = {
  people: { personId: 'id', samePersonAs: 'same_person_as' },
  departments: {},
  authority: {},
  absences: { personId: 'person' },
  delegations: { personId: 'person', delegateId: 'delegate', caseKinds: 'case_kinds' },
};

/** What a field of people data is called in a file of this table. */
export const columnOf = (table: Table, field: string): string => columnNames[table][field] ?? field;
