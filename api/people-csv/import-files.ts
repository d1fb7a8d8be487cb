import type { Store } from '../../db/open.ts';
import type { ImportOptions } from '../../db/own/import-line.ts';
import { type Counts, importOrganisation } from '../../db/own/import-organisation.ts';
import { columnOf } from './columns.ts';
import type { LineError, Table } from './read-table.ts';
import { type ImportFiles, readImport } from './rows.ts';

export interface ImportOutcome {
  /** Whether every line of every file is good. */
  ok: boolean;
  dryRun: boolean;
  /** What was imported, or would be; nothing was where a line is bad. */
  counts: { [table in Table]: Counts };
  /** By table and line. */
  errors: LineError[];
}

/** Imports files of people data, all or nothing; or only tells what is wrong with them. */
export const importFiles = async (
  store: Store,
  tenant: string,
  files: ImportFiles,
  options: ImportOptions,
): Promise<ImportOutcome> => {
  const { rows, errors } = readImport(files);
  // What cannot be read keeps the rest out, which is judged all the same so that one run names every bad line.
  const dryRun = options.dryRun || errors.length > 0;
  const { bad, counts } = await importOrganisation(store, tenant, rows, { ...options, dryRun });
  const all = [
    ...errors,
    ...bad.map(({ table, line, pointer, code, reason }): LineError => {
      const [, field = ''] = pointer.split('/');
      return { table, line, column: columnOf(table, field), code, reason };
    }),
  ];
  all.sort((a, b) => (a.table === b.table ? a.line - b.line : a.table < b.table ? -1 : 1));
  return { ok: all.length === 0, dryRun: options.dryRun, counts, errors: all };
};
