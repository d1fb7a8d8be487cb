import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { embeddedTenant } from '../api/embedded-tenant.ts';
import { templateIn } from '../db/own/notification-settings.ts';
import { shippedTemplates } from '../machines/library/notification/index.ts';
import {
  exampleValues,
  type Lang,
  render,
  type Template,
  templateProblems,
} from '../machines/notification/template.ts';
import { CommandError } from './command-error.ts';
import { withStore } from './people.ts';

const usageErrorCode = 2;

/** `caseloom notify preview`: what a message says, sent to nobody. */
export function notifyCommand(): Command {
  const command = new Command().description('Messages to people.');
  command
    .command('preview')
    .description(
      'Prints a template filled with examples: subject, text, and the line for SMS and chat. Nothing is sent.\n' +
        'With --file a template of your own is checked and printed. Exit code 2: there is no such template, or it\n' +
        'cannot be used.',
    )
    .argument('[template]', 'id of a template; the company’s own, where there is one')
    .addOption(new Option('--lang <lang>', 'in which language').choices(['zh', 'en']).default('zh'))
    .option('--file <file>', 'a template that is not published yet, JSON')
    .option('--json', 'print one object')
    .action(async (id: string | undefined, options: { lang: Lang; file?: string; json?: boolean }) => {
      const { lang, file, json } = options;
      const template = file === undefined ? await published(id) : fromFile(file);
      const text = render(template, lang, exampleValues(lang));
      process.stdout.write(
        json ? `${JSON.stringify(text)}\n` : `${text.subject}\n\n${text.body}\n\n${text.short}\n`,
      );
    });
  return command;
}

const published = async (id: string | undefined): Promise<Template> => {
  const found =
    id === undefined
      ? undefined
      : await withStore((store) => store.read((db) => templateIn(db, embeddedTenant, id)));
  if (!found) {
    const known = shippedTemplates.map((each) => each.id).join(', ');
    const what = id === undefined ? 'Name a template' : `There is no template "${id}"`;
    throw new CommandError(`${what}: ${known}.`, usageErrorCode);
  }
  return found;
};

const fromFile = (file: string): Template => {
  let template: unknown;
  try {
    template = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`, usageErrorCode);
  }
  const problems = templateProblems(template);
  if (problems.length > 0) {
    const lines = problems.map(({ pointer, message }) => `${file}#${pointer}: ${message}`);
    throw new CommandError(lines.join('\n'), usageErrorCode);
  }
  return template as Template;
};
