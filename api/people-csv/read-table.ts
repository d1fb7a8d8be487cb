import { CsvError, parse } from 'csv-parse/sync';

/** One thing wrong with a file: which line and column, and why, without the value. */
export interface LineError {
  table: Table;
  /** 1 is the header. */
  line: number;
  /** Empty: the whole line. */
  column: string;
  code: string;
  reason: string;
}

/** Tables of people data that are imported and exported, one file each. */
export const tables = ['people', 'departments', 'authority', 'absences', 'delegations'] as const;

export type Table = (typeof tables)[number];

/** A line of a file by column; a column that the header does not name is absent. */
export interface CsvRow {
  line: number;
  cells: { [column: string]: string };
}

/** The columns that a table may have; an import needs those that are required. */
export interface Columns {
  table: Table;
  required: readonly string[];
  optional: readonly string[];
}

/** Lines of one file, at most. */
export const linesMax = 20_000;

/**
 * Reads a CSV file (RFC 4180; UTF-8 with or without a byte order mark) whose first line names the columns, in any order.
 * What cannot be read is named line by line; the other lines are read all the same.
 */
export const readTable = (text: string, columns: Columns): { rows: CsvRow[]; errors: LineError[] } => {
  const { table } = columns;
  const bad = (line: number, column: string, reason: string): LineError => ({
    ...{ table, line, column, code: 'INPUT_INVALID', reason },
  });
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      ...{ bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true },
      ...{ to: linesMax + 2 },
    }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) {
      throw error;
    }
    return { rows: [], errors: [bad(Number(error.lines), '', 'is no CSV: a quote is missing or misplaced')] };
  }
  const [header, ...lines] = records;
  if (!header) {
    return { rows: [], errors: [bad(1, '', 'names no columns: the file is empty')] };
  }
  const names = header.record;
  const known = [...columns.required, ...columns.optional];
  const errors = [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) => bad(1, name.slice(0, 40), `is no column; there are: ${known.join(', ')}`)),
    ...columns.required.filter((name) => !names.includes(name)).map((name) => bad(1, name, 'is missing')),
    ...names.filter((name, i) => names.indexOf(name) !== i).map((name) => bad(1, name, 'is there twice')),
    ...(lines.length > linesMax ? [bad(linesMax + 2, '', `is one too many: at most ${linesMax}`)] : []),
  ];
  if (errors.length > 0) {
    return { rows: [], errors };
  }
  const isWhole = ({ record }: (typeof lines)[number]): boolean => record.length === names.length;
  return {
    rows: lines.filter(isWhole).map(({ record, info }) => ({
      line: info.lines,
      cells: Object.fromEntries(names.map((name, i) => [name, record[i] ?? ''])),
    })),
    errors: lines
      .filter((each) => !isWhole(each))
      .map(({ record, info }) =>
        bad(info.lines, '', `has ${record.length} cells where the header names ${names.length}`),
      ),
  };
};
