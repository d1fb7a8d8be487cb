import type { z } from '@hono/zod-openapi';
import type { Line } from '../../db/own/import-line.ts';
import { columnOf } from './columns.ts';
import type { LineError, Table } from './read-table.ts';

/** A line that was read, or what is wrong with its form. */
export type Read<T> = { value: Line<T> } | { errors: LineError[] };

export const errorsOf = (table: Table, line: number, error: z.ZodError): LineError[] =>
  error.issues.map(({ path, message }) => ({
    ...{ table, line, column: columnOf(table, String(path[0] ?? '')) },
    ...{ code: 'INPUT_INVALID', reason: message },
  }));

/** An empty cell empties the field; a column that is not there leaves it. */
export const nullable = (cell: string | undefined): string | null | undefined =>
  cell === undefined ? undefined : cell === '' ? null : cell;

/** The values of a cell that holds several. */
export const partsOf = (cell: string): string[] =>
  cell
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
