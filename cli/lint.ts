import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Finding, lint } from '../machines/definition/lint.ts';
import { CommandError } from './command-error.ts';

const usageErrorCode = 2;

/** `caseloom lint FILE`: what is wrong with a definition. Exit codes: 0 publishable, 1 not, 2 misuse. */
export function lintCommand(): Command {
  return new Command()
    .description(
      'Checks a definition document and tells what must be changed before it can be published.\n' +
        'Exit code 0: it can be published, 1: it cannot, 2: there is no such file, or it is not JSON.',
    )
    .argument('<file>', 'the definition, JSON')
    .option('--json', 'print one object with all findings')
    .action((file: string, options: { json?: boolean }) => {
      const findings = lint(readDocument(file));
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ ok: errors === 0, errors, warnings: findings.length - errors, findings })}\n`
          : `${[...findings.map(line), summary(file, errors, findings.length - errors)].join('\n')}\n`,
      );
      process.exitCode = errors === 0 ? 0 : 1;
    });
}

const readDocument = (file: string): unknown => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`,
      usageErrorCode,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${file}: is not JSON (${(error as Error).message})`, usageErrorCode);
  }
};

const line = ({ severity, pointer, code, message, fix }: Finding): string =>
  `${severity}  ${pointer === '' ? '/' : pointer}\n    ${message} [${code}]\n    ${fix}`;

const summary = (file: string, errors: number, warnings: number): string =>
  errors + warnings === 0 ? `${file}: nothing to say.` : `${file}: ${errors} errors, ${warnings} warnings.`;
