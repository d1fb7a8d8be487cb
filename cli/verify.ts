import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { type Progress, startProgress } from './progress.ts';
import { loadSettings } from './settings.ts';
import { findingLine } from './verify/finding.ts';
import type { Verification, VerifyOptions } from './verify/verify-database.ts';
import { verifyOnThreads } from './verify/verify-on-threads.ts';

type Options = {
  readonly tenant?: string;
  readonly case?: string;
  readonly db?: string;
  readonly json?: boolean;
};

const usageErrorCode = 2;
/** Whatever takes longer shows how far it is. */
const quietMs = 1_000;

/** `caseloom verify`: whether every stored trail is whole and unaltered. */
export function verifyCommand(): Command {
  return new Command()
    .description(
      'Reads every stored trail and says whether it is whole and unaltered: the hash of each entry and its link to\n' +
        'the one before, numbers without a gap, the columns beside it, the case as it is shown, and its leaf in the\n' +
        'log. Writes nothing, and servers may run on meanwhile. Exit code 0: all well, 1: something is not, 2: misuse.',
    )
    .option('--tenant <id>', 'only the cases, records and log of this tenant')
    .option('--case <id>', 'only this case, by its id or its number')
    .option('--db <file>', 'another database than the one in the state folder')
    .option('--json', 'print one object with the counts and the first bad entry')
    .action(async (options: Options) => {
      const file = resolve(options.db ?? join(loadSettings().home, 'caseloom.db'));
      const verification = await verifyFile(file, {
        ...(options.tenant === undefined ? {} : { tenant: options.tenant }),
        ...(options.case === undefined ? {} : { case: options.case }),
      });
      if (options.case !== undefined && verification.cases === 0) {
        throw new CommandError(`There is no case "${options.case}".`, usageErrorCode);
      }
      process.stdout.write(
        options.json
          ? `${JSON.stringify(verification)}\n`
          : `${verificationLines(verification).join('\n')}\n`,
      );
      process.exitCode = verification.ok ? 0 : 1;
    });
}

/** Verifies a database, with a bar where it takes over a second. @throws CommandError where it is none of ours */
export async function verifyFile(
  file: string,
  options: Omit<VerifyOptions, 'onProgress'> = {},
): Promise<Verification> {
  if (!existsSync(file)) {
    throw new CommandError(
      `${file}: there is no such file. \`npm start\` makes it, or name one with --db.`,
      usageErrorCode,
    );
  }
  const startedAtMs = performance.now();
  let bar: Progress | undefined;
  try {
    return await verifyOnThreads(file, {
      ...options,
      onProgress: (done, total) => {
        if (bar !== undefined || performance.now() - startedAtMs > quietMs) {
          bar ??= startProgress('Verifying', total);
          bar.update(done);
        }
      },
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('SQLITE_')) {
      const reason = error instanceof Error ? error.message : code;
      throw new CommandError(
        `${file}: cannot be read as a database of this release (${reason}).`,
        usageErrorCode,
      );
    }
    throw error;
  } finally {
    bar?.end();
  }
}

/** What a verification found, for people. */
export function verificationLines(verification: Verification): string[] {
  const { ok, cases, entries, records, logLeaves, waitingLeaves, badCases, firstBad, durationMs } =
    verification;
  const waiting = waitingLeaves === 0 ? '' : `, ${count(waitingLeaves)} waiting for their place in it`;
  const counts =
    `${count(cases)} cases, ${count(entries)} entries, ${count(records)} records, ` +
    `${count(logLeaves)} leaves in the log${waiting} (${(durationMs / 1_000).toFixed(1)} s)`;
  if (ok || firstBad === null) {
    return [`All verified: ${counts}.`];
  }
  const others = badCases > 1 ? ` ${count(badCases)} cases have something wrong.` : '';
  return [`NOT VERIFIED. ${findingLine(firstBad)}.${others}`, `Read: ${counts}.`];
}

const count = (n: number): string => n.toLocaleString('en');
