import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { ImportRows, Line } from '../../db/own/import-line.ts';
import { instantMs } from '../../machines/kernel/instant.ts';
import type { Department } from '../../machines/people/organisation.ts';
import { Instant } from '../schemas/common.ts';
import {
  AbsenceReason,
  AbsenceStatus,
  Currency,
  changedPerson,
  DepartmentStatus,
  DepartmentTitle,
  emptyPerson,
  Id,
  LimitAmount,
  NewPerson,
  PersonChange,
} from '../schemas/people.ts';
import { errorsOf, nullable, partsOf, type Read } from './cells.ts';
import { columnsOf } from './columns.ts';
import { delegationOf } from './delegation-row.ts';
import { type CsvRow, type LineError, readTable, type Table } from './read-table.ts';

const periodPattern = /^(.*)@([^@/]*)\/([^@/]*)$/;

// `surveyor@2026-01-01T00:00:00Z/2027-01-01T00:00:00Z`; either instant may be left out, and both with the sign.
const listed = (cell: string | undefined) =>
  cell === undefined
    ? undefined
    : partsOf(cell).map((part) => {
        const [, name, from = '', until = ''] = periodPattern.exec(part) ?? [];
        return name === undefined
          ? part
          : { name, ...(from === '' ? {} : { from }), ...(until === '' ? {} : { until }) };
      });

const present = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

const personOf = ({ line, cells }: CsvRow): Read<ImportRows['people'][number]['value']> => {
  const change = present({
    name: cells.name,
    status: cells.status === '' ? undefined : cells.status,
    roles: listed(cells.roles),
    departments: listed(cells.departments),
    skills: listed(cells.skills),
    licences: listed(cells.licences),
    regions: listed(cells.regions),
    superior: nullable(cells.superior),
    samePersonAs: nullable(cells.same_person_as),
    calendar: nullable(cells.calendar),
  });
  // A person who is there keeps what no column names; a new one needs a name.
  const wanted = PersonChange.safeParse(change);
  const whole = NewPerson.safeParse({ name: 'x', ...change, personId: cells.id });
  if (!wanted.success || !whole.success) {
    return { errors: errorsOf('people', line, (wanted.error ?? whole.error) as z.ZodError) };
  }
  const { personId: id } = whole.data;
  return {
    value: { line, value: { id, change: (there) => changedPerson(there ?? emptyPerson(id), wanted.data) } },
  };
};

const DepartmentCells = z.object({
  id: Id,
  title_zh: DepartmentTitle.shape.zh.optional(),
  title_en: DepartmentTitle.shape.en.optional(),
  parent: Id.nullable().optional(),
  head: Id.nullable().optional(),
  status: DepartmentStatus.optional(),
});

const departmentOf = ({ line, cells }: CsvRow): Read<ImportRows['departments'][number]['value']> => {
  const read = DepartmentCells.safeParse({
    ...{ id: cells.id, title_zh: cells.title_zh, title_en: cells.title_en },
    ...{ parent: nullable(cells.parent), head: nullable(cells.head), status: cells.status || undefined },
  });
  if (!read.success) {
    return { errors: errorsOf('departments', line, read.error) };
  }
  const { id, title_zh: zh, title_en: en, parent, head, status } = read.data;
  const change = (there: Department | undefined): Department => ({
    id,
    title: { zh: zh ?? there?.title.zh ?? id, en: en ?? there?.title.en ?? id },
    parent: parent === undefined ? (there?.parent ?? null) : parent,
    head: head === undefined ? (there?.head ?? null) : head,
    status: status ?? there?.status ?? 'active',
  });
  return { value: { line, value: { id, change } } };
};

const LimitCells = z.object({
  holder_kind: z.enum(['role', 'person']),
  holder: Id,
  case_kind: Id.nullable(),
  currency: Currency,
  amount: z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number of minor units')
    .transform(Number)
    .pipe(LimitAmount),
  from: Instant.nullable(),
  until: Instant.nullable(),
});

const limitOf = ({ line, cells }: CsvRow): Read<ImportRows['authority'][number]['value']> => {
  const read = LimitCells.safeParse({
    ...cells,
    ...{ case_kind: cells.case_kind || null, from: cells.from || null, until: cells.until || null },
  });
  if (!read.success) {
    return { errors: errorsOf('authority', line, read.error) };
  }
  const { holder_kind: kind, holder: id, case_kind: caseKind, currency, amount, from, until } = read.data;
  const period = {
    fromMs: from === null ? null : instantMs(from),
    untilMs: until === null ? null : instantMs(until),
  };
  return { value: { line, value: { holder: { kind, id }, caseKind, currency, amount, ...period } } };
};

const AbsenceCells = z.object({
  id: Id.optional(),
  person: Id,
  reason: AbsenceReason,
  from: Instant,
  until: Instant,
  status: AbsenceStatus,
});

const absenceOf = ({ line, cells }: CsvRow): Read<ImportRows['absences'][number]['value']> => {
  const read = AbsenceCells.safeParse({
    ...cells,
    ...{ id: cells.id || undefined, reason: cells.reason || 'other', status: cells.status || 'active' },
  });
  if (!read.success) {
    return { errors: errorsOf('absences', line, read.error) };
  }
  const { id, person, reason, from, until, status } = read.data;
  const period = { fromMs: instantMs(from), untilMs: instantMs(until) };
  // The same line imported twice is the same absence.
  const own = `abs-${createHash('sha256').update(`${person} ${period.fromMs}`).digest('hex').slice(0, 24)}`;
  return { value: { line, value: { id: id ?? own, personId: person, reason, ...period, status } } };
};

/** The files of an import; one that is absent changes nothing of its table. */
export type ImportFiles = { [table in Table]?: string | undefined };

/** Reads the files of an import. What is wrong with the form of a line is named; the others are still to be judged. */
export const readImport = (files: ImportFiles): { rows: ImportRows; errors: LineError[] } => {
  const errors: LineError[] = [];
  const read = <T>(table: Table, rowOf: (row: CsvRow) => Read<T>): Line<T>[] => {
    const text = files[table];
    if (text === undefined) {
      return [];
    }
    const { rows, errors: unreadable } = readTable(text, columnsOf[table]);
    errors.push(...unreadable);
    return rows.flatMap((row) => {
      const one = rowOf(row);
      if ('errors' in one) {
        errors.push(...one.errors);
        return [];
      }
      return [one.value];
    });
  };
  const rows = {
    people: read('people', personOf),
    departments: read('departments', departmentOf),
    authority: read('authority', limitOf),
    absences: read('absences', absenceOf),
    delegations: read('delegations', delegationOf),
  };
  return { rows, errors };
};
