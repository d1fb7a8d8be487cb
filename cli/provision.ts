import { join } from 'node:path';
import { Command } from 'commander';
import { projectFolder } from './project-folder.ts';
import { provision } from './temporal/provision.ts';

/** `caseloom provision`: prints the path of each binary, one a line. */
export function provisionCommand(): Command {
  return new Command()
    .description(
      'Fetches the Temporal server into .caseloom/bin unless a fitting one is there or on the PATH.',
    )
    .option('--test', 'also the time-skipping server that the tests use')
    .action(async (options: { test?: boolean }) => {
      const folders: [string] = [join(projectFolder, '.caseloom/bin')];
      const say = (sentence: string): unknown => process.stderr.write(`${sentence}\n`);
      const names = options.test ? (['temporal', 'temporal-test-server'] as const) : (['temporal'] as const);
      for (const name of names) {
        process.stdout.write(`${await provision(name, { folders, say })}\n`);
      }
    });
}
