import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { CommandError } from './command-error.ts';
import { demoCodeOf } from './demo/demo-code-of.ts';
import { fillDemo } from './demo/fill-demo.ts';
import { demoCases } from './demo/plan-demo.ts';
import { tamperWithCopy } from './demo/tamper.ts';
import { opinionSigner } from './demo/team-road.ts';
import { openEmbeddedApi } from './replay/embedded-api.ts';
import { loadSettings } from './settings.ts';
import { findingLine } from './verify/finding.ts';
import { verificationLines } from './verify.ts';
import { commandLine } from './welcome.ts';

const usageErrorCode = 2;

/** `caseloom demo fill`, `caseloom demo tamper`, `caseloom demo code`. */
export function demoCommand(): Command {
  const command = new Command().description(
    'A demonstration: generated cases, a trail that is tampered with, and one-time codes.',
  );
  command
    .command('fill')
    .description(
      'Makes generated cases in every phase, as the demo people and through the API. `caseloom start` does this by\n' +
        'itself on an empty state folder. Where there are cases already, it makes none.',
    )
    .option('--cases <n>', `so many (default ${demoCases})`, positiveInteger)
    .option('--json', 'print one object with all figures')
    .action(fill);
  command
    .command('tamper')
    .description(
      'Alters one entry in a copy of the database and verifies the copy: the entry is named. The database itself is\n' +
        'only read.',
    )
    .option('--db <file>', 'another database than the one in the state folder')
    .option('--json', 'print one object')
    .action(tamper);
  command
    .command('code')
    .description(
      'Prints the present one-time code of a demo person, in place of an authenticator app: for decisions that ask for\n' +
        'a second factor, at /sign-in/step-up. Good for about a minute, and once.',
    )
    .argument('<person>', 'id of the person')
    .action(async (person: string) => {
      process.stdout.write(`${await demoCodeOf(loadSettings(), person, Date.now())}\n`);
    });
  return command;
}

async function fill({ cases, json }: { cases?: number; json?: boolean }): Promise<void> {
  const api = await openEmbeddedApi(loadSettings());
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.once('SIGINT', () => stop.abort());
  try {
    const filled = await fillDemo(api.send, {
      nowMs: Date.now(),
      signal: stop.signal,
      ...(cases === undefined ? {} : { count: cases }),
    });
    if (filled === undefined) {
      process.stdout.write('There are cases already; no demo case was made.\n');
      return;
    }
    const { cases: made, commands, onShortClock, durationMs } = filled;
    const lines = json
      ? [JSON.stringify(filled)]
      : [
          `${made.driven} generated cases by ${commands.accepted} commands in ${(durationMs / 1_000).toFixed(1)} s; ` +
            `refused on purpose: ${commands.refusedAsPlanned}.`,
          `On the demo clock, where a day lasts 20 s: ${onShortClock.join(', ')}. Watch one breach: ` +
            commandLine(`case show ${onShortClock[0] ?? ''} --as handler`),
          `An approval waits: sign in as Demo ${opinionSigner} at ${api.base}/approvals`,
        ];
    process.stdout.write(`${lines.join('\n')}\n`);
    if (commands.refused > 0) {
      throw new CommandError(
        `${commands.refused} commands were refused; the first: ${commands.firstRefused}.`,
      );
    }
  } finally {
    await api.close();
  }
}

function tamper({ db, json }: { db?: string; json?: boolean }): void {
  const file = resolve(db ?? join(loadSettings().home, 'caseloom.db'));
  if (!existsSync(file)) {
    throw new CommandError(`${file}: there is no such file. \`npm start\` makes it.`, usageErrorCode);
  }
  const tampering = tamperWithCopy(file);
  if (tampering === undefined) {
    throw new CommandError('There is no entry yet that could be tampered with.', usageErrorCode);
  }
  const { altered, to, finding, named, original } = tampering;
  const lines = json
    ? [JSON.stringify(tampering)]
    : [
        `In a copy of the database, entry ${altered.seq} of ${altered.number} now says that "${altered.type}" was ` +
          `done by ${to}, not by ${altered.from}.`,
        finding === null
          ? 'Verifying the copy found nothing!'
          : `Verifying the copy found: ${findingLine(finding)}.`,
        `The database itself was only read. ${verificationLines(original).join(' ')}`,
      ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = named && original.ok ? 0 : 1;
}

function positiveInteger(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new InvalidArgumentError('Give a whole number from 1 on.');
  }
  return n;
}
