import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Finding, lint } from '../machines/definition/lint.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';
import { policyShapeProblems } from '../machines/policy/policy-problems.ts';
import { CommandError } from './command-error.ts';

const usageErrorCode = 2;

/**
 * `caseloom lint FILE`: what is wrong with a definition, by itself and under a table of who may do what. Exit codes: 0
 * publishable, 1 not, 2 misuse.
 */
export function lintCommand(): Command {
  return new Command()
    .description(
      'Checks a definition document and tells what must be changed before it can be published.\n' +
        'Exit code 0: it can be published, 1: it cannot, 2: a file is not there, or not what it should be.',
    )
    .argument('<file>', 'the definition, JSON')
    .option('--policy <file>', 'your own table of who may do what, JSON (default: the shipped one)')
    .option('--json', 'print one object with all findings')
    .action((file: string, options: { policy?: string; json?: boolean }) => {
      const table = options.policy === undefined ? {} : { policy: readTable(options.policy) };
      const findings = lint(readDocument(file), table);
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

const readTable = (file: string): Policy => {
  const table = readDocument(file);
  const [problem] = policyShapeProblems(table);
  if (problem) {
    const { pointer, message } = problem;
    throw new CommandError(
      `${file}: is no table of who may do what (${pointer || '/'}: ${message})`,
      usageErrorCode,
    );
  }
  return table as Policy;
};

const line = ({ severity, pointer, code, message, fix }: Finding): string =>
  `${severity}  ${pointer === '' ? '/' : pointer}\n    ${message} [${code}]\n    ${fix}`;

const summary = (file: string, errors: number, warnings: number): string =>
  errors + warnings === 0 ? `${file}: nothing to say.` : `${file}: ${errors} errors, ${warnings} warnings.`;
