import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type ImportOutcome, importFiles } from '../api/people-csv/import-files.ts';
import { printTable } from '../api/people-csv/print-table.ts';
import { type Table, tables } from '../api/people-csv/read-table.ts';
import type { ImportFiles } from '../api/people-csv/rows.ts';
import { embeddedTenant, seedEmbedded } from '../api/seed.ts';
import { openStore, type Store } from '../db/open.ts';
import { CommandError } from './command-error.ts';
import { loadSettings } from './settings.ts';

const usageErrorCode = 2;
/** Who a record names where somebody with the files of this machine acts, past every sign-in. */
export const operatorId = 'operator';

/** `caseloom people import|export`: people data as CSV, straight in the store. */
export function peopleCommand(): Command {
  const command = new Command().description(
    'Imports and exports people, departments, authority, absences and delegations as CSV (UTF-8).\n' +
      'An import changes everything or, where a line is bad, nothing; what no file names stays.',
  );
  command
    .command('import')
    .description('import CSV files; exit code 1 where a line is bad')
    .argument('[people]', 'the people')
    .option('--departments <file>', 'the departments')
    .option('--authority <file>', 'who may decide how much')
    .option('--absences <file>', 'who is away and when')
    .option('--delegations <file>', 'who does whose work: delegations and substitutions')
    .option('--dry-run', 'name each bad line and change nothing')
    .option('--json', 'print one object')
    .action(async (people: string | undefined, options: { dryRun?: boolean; json?: boolean } & Paths) => {
      const { departments, authority, absences, delegations } = options;
      const files = readFiles({ people, departments, authority, absences, delegations });
      const outcome = await withStore((store) => importCsv(store, files, options.dryRun === true));
      process.stdout.write(
        options.json ? `${JSON.stringify(outcome)}\n` : `${outcomeLines(outcome).join('\n')}\n`,
      );
      process.exitCode = outcome.ok ? 0 : 1;
    });
  command
    .command('export')
    .description('print a whole table as CSV, which an import reads back')
    .addOption(new Option('--table <table>', 'which').choices(tables).default('people'))
    .option('--out <file>', 'write it to a file')
    .action(async ({ table, out }: { table: Table; out?: string }) => {
      const csv = await withStore((store) => printTable(store, embeddedTenant, table));
      if (out === undefined) process.stdout.write(csv);
      else writeFileSync(out, csv, { mode: 0o600 });
    });
  return command;
}

type Paths = { [table in Table]?: string | undefined };

/** The files' texts. @throws CommandError for one that cannot be read, or where none is named */
export const readFiles = (paths: Paths): ImportFiles => {
  const named = Object.entries(paths).filter((each): each is [string, string] => each[1] !== undefined);
  if (named.length === 0) {
    throw new CommandError('Name at least one file to import.', usageErrorCode);
  }
  return Object.fromEntries(named.map(([table, path]) => [table, readText(path)]));
};

const readText = (path: string): string => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CommandError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`,
      usageErrorCode,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${path}: is not UTF-8; save it as "CSV UTF-8"`, usageErrorCode);
  }
};

/** Runs `work` on the store of this state folder, with the example organisation in it. */
export const withStore = async <T>(work: (store: Store, home: string) => Promise<T>): Promise<T> => {
  const { home, store: options, signIn } = loadSettings();
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const store = await openStore({ file: join(home, 'caseloom.db'), ...options });
  try {
    await seedEmbedded(store, embeddedTenant, { demoPeople: signIn.mode === 'demo' });
    return await work(store, home);
  } finally {
    await store.close();
  }
};

export const importCsv = (store: Store, files: ImportFiles, dryRun: boolean): Promise<ImportOutcome> =>
  importFiles(store, embeddedTenant, files, { by: { actorId: operatorId, atMs: Date.now() }, dryRun });

export const outcomeLines = ({ ok, dryRun, counts, errors }: ImportOutcome): string[] =>
  ok
    ? tables
        .filter((table) => Object.values(counts[table]).some((count) => count > 0))
        .map((table) => {
          const { added, changed, unchanged } = counts[table];
          const would = dryRun ? ' (dry run: nothing is written)' : '';
          return `${table}: ${added} added, ${changed} changed, ${unchanged} unchanged${would}`;
        })
    : [
        ...errors.map(
          ({ table, line, column, reason, code }) =>
            `${table}, line ${line}${column === '' ? '' : `, ${column}`}: ${reason} [${code}]`,
        ),
        `${errors.length} bad; nothing was imported.`,
      ];
