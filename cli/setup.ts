import { Command } from 'commander';
import { embeddedTenant } from '../api/seed.ts';
import { readSettings, type TenantSettings, writeSettings } from '../db/own/tenant-settings.ts';
import { importCsv, operatorId, outcomeLines, readFiles, withStore } from './people.ts';
import { loadSettings } from './settings.ts';
import { answersIn, completeAnswers, exampleCompany, type SetupAnswers } from './setup/answers.ts';
import { askMissing } from './setup/ask.ts';
import type { Need } from './setup/need.ts';
import { readOidcGroups } from './setup/oidc-groups-file.ts';
import { type Evidence, productionNeeds } from './setup/production-gaps.ts';

interface Options extends Evidence {
  jurisdiction?: string;
  company?: string;
  letterhead?: string;
  numberFormat?: string;
  people?: string;
  departments?: string;
  authority?: string;
  oidcGroups?: string;
  answers?: string;
  yes?: boolean;
  check?: boolean;
  json?: boolean;
}

/** `caseloom setup`: five questions; `--check`: what production still lacks. */
export function setupCommand(): Command {
  return new Command()
    .description(
      'Asks five questions, each with a default, and writes the answers as data: jurisdiction (the profile of cases that\n' +
        'are opened without one), company name and letterhead, number format, people, authority table. What a flag or\n' +
        'the answers file gives is not asked. With --check: tells what production still lacks; exit code 1 where it does.',
    )
    .option('--jurisdiction <profile>', 'which rules and deadlines apply')
    .option('--company <name>', 'company name')
    .option('--letterhead <text>', 'what letters carry under the name')
    .option('--number-format <format>', 'how case numbers look, such as {prefix}-{year}-{n:6}')
    .option('--people <file>', 'CSV of the people')
    .option('--departments <file>', 'CSV of the departments')
    .option('--authority <file>', 'CSV of who may decide how much')
    .option(
      '--oidc-groups <file>',
      'JSON of what people hold by their groups at the identity provider, instead of a CSV of the people',
    )
    .option('--answers <file>', 'JSON file with the answers; what it leaves out stays, or takes the default')
    .option('--yes', 'ask nothing: what is not given stays, or takes the default')
    .option('--check', 'tell what production still lacks')
    .option('--public-url <url>', 'with --check: where people reach the API')
    .option('--backups <folder>', 'with --check: where the backups lie')
    .option('--key-copy <file>', 'with --check: a copy of vault.key, kept elsewhere')
    .option('--json', 'with --check: print one object')
    .action(async (options: Options) => {
      if (options.check) {
        await check(options);
        return;
      }
      const all = await withStore((store) => readSettings(store, embeddedTenant));
      const settings = asked(all);
      const given = {
        ...(options.answers === undefined ? {} : answersIn(options.answers)),
        ...flags(options, settings),
      };
      const asks = options.answers === undefined && !options.yes;
      const { stdin: input, stdout: output } = process;
      const answers = asks ? await askMissing(given, settings, { input, output }) : given;
      // What neither flag, file nor answer gives stays as it is; the first time, that is the default.
      await apply(completeAnswers({ ...settings, ...answers }));
    });
}

/** Of a company's settings, those that the five questions are about. */
const asked = ({ jurisdiction, company, numberFormat }: TenantSettings): TenantSettings => ({
  ...(jurisdiction === undefined ? {} : { jurisdiction }),
  ...(company === undefined ? {} : { company }),
  ...(numberFormat === undefined ? {} : { numberFormat }),
});

const flags = (options: Options, settings: TenantSettings) => {
  const { jurisdiction, company, letterhead, numberFormat, people, departments, authority, oidcGroups } =
    options;
  const there = settings.company ?? exampleCompany;
  return {
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
    ...(company === undefined && letterhead === undefined
      ? {}
      : { company: { name: company ?? there.name, letterhead: letterhead ?? there.letterhead } }),
    ...(numberFormat === undefined ? {} : { numberFormat }),
    ...(people === undefined ? {} : { people }),
    ...(departments === undefined ? {} : { departments }),
    ...(authority === undefined ? {} : { authority }),
    // Whoever comes from the provider needs no file.
    ...(oidcGroups === undefined ? {} : { oidcGroups, people: people ?? null }),
  };
};

const apply = async ({
  people,
  departments,
  authority,
  oidcGroups,
  ...settings
}: SetupAnswers): Promise<void> => {
  const paths = { people, departments, authority };
  const named = Object.entries(paths).filter((each): each is [string, string] => each[1] !== null);
  const files = named.length === 0 ? undefined : readFiles(Object.fromEntries(named));
  const say = (line: string): unknown => process.stdout.write(`${line}\n`);
  await withStore(async (store) => {
    const outcome = files && (await importCsv(store, files, false));
    for (const line of outcome ? outcomeLines(outcome) : []) {
      say(line);
    }
    if (outcome?.ok === false) {
      // Nothing of the setup is written where its people cannot be.
      process.exitCode = 1;
      return;
    }
    const groups = oidcGroups === null ? {} : { oidcGroups: await readOidcGroups(store, oidcGroups) };
    await writeSettings(
      store,
      embeddedTenant,
      { ...settings, ...groups },
      { actorId: operatorId, atMs: Date.now() },
    );
    say(
      `Jurisdiction ${settings.jurisdiction}; ${settings.company.name}; case numbers ${settings.numberFormat}.`,
    );
    say('A first case: npm start, then npx caseloom case open complaint --data @FILE --as PERSON.');
    say('What production still lacks: npx caseloom setup --check');
  });
};

const check = async ({ publicUrl, backups, keyCopy, json }: Options): Promise<void> => {
  const evidence = {
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(backups === undefined ? {} : { backups }),
    ...(keyCopy === undefined ? {} : { keyCopy }),
  };
  const needs = await withStore((store) => productionNeeds(store, loadSettings(), evidence, Date.now()));
  const lacking = needs.filter(({ ok }) => !ok);
  process.stdout.write(
    json
      ? `${JSON.stringify({ ok: lacking.length === 0, needs })}\n`
      : `${[...needs.map(line), `${lacking.length} of ${needs.length} lacking.`].join('\n')}\n`,
  );
  process.exitCode = lacking.length === 0 ? 0 : 1;
};

const line = ({ id, ok, found, fix }: Need): string =>
  `${ok ? 'ok     ' : 'lacking'}  ${id}: ${found}${fix === '' ? '' : `\n         ${fix}`}`;
