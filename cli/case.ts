import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { CaseAnswer, EntryAnswer, Page } from './case-text.ts';
import { caseLines, entryLines, listLines } from './case-text.ts';
import { CommandError } from './command-error.ts';
import { type HttpClient, httpClient } from './http-client.ts';

interface Shared {
  as?: string;
  json?: boolean;
}

const usageErrorCode = 2;

/** `caseloom case …`: cases over HTTP, as one person. */
export function caseCommand(): Command {
  const command = new Command().description(
    'Opens cases, sends them events and reads them, through the HTTP API at HOST and PORT. A case is named by its id\n' +
      'or its number. Who acts: --as PERSON (a demo person), or a token in CASELOOM_TOKEN.',
  );
  const sub = (name: string, summary: string): Command =>
    command
      .command(name)
      .description(summary)
      .option('--as <person>', 'act as this demo person')
      .option('--json', 'print the API’s answer as JSON');

  sub('open', 'open a case')
    .argument('<definition>', 'complaint, or complaint@1.0.0')
    .requiredOption('--data <json>', 'its data: JSON, or @FILE')
    .option('--profile <profile>', 'a profile of the definition, or demo')
    .option('--received-at <instant>', 'when it was reported; default now')
    .option('--reason <text>', 'why it is opened later than on that day')
    .option('--evidence <text>', 'what proves that day')
    .action(async (definition: string, options: Shared & { [name: string]: string | undefined }) => {
      const { data, profile, receivedAt, reason, evidence } = options;
      const client = await httpClient(options.as);
      const body = { definition, data: json(data), profile, receivedAt, reason, evidence };
      print(options, (await client.post('/v1/cases', body)) as CaseAnswer, caseLines);
    });

  sub('show', 'show a case and what you may do now')
    .argument('<case>', 'id or number')
    .action(async (name: string, options: Shared) => {
      const client = await httpClient(options.as);
      const path = `/v1/cases/${await idOf(client, name)}`;
      print(options, (await client.get(path)) as CaseAnswer, caseLines);
    });

  sub('send', 'send an event to a case')
    .argument('<case>', 'id or number')
    .argument('<event>', 'one of those that `case show` lists')
    .option('--data <json>', 'its data: JSON, or @FILE')
    .option('--reason <text>', 'why')
    .option('--occurred-at <instant>', 'when the world did it')
    .option('--for-customer', 'the customer said so')
    .action(async (name: string, type: string, options: Shared & { [name: string]: string | undefined }) => {
      const { data, reason, occurredAt, forCustomer } = options;
      const client = await httpClient(options.as);
      const body = {
        type,
        ...(data === undefined ? {} : { data: json(data) }),
        reason,
        occurredAt,
        ...(forCustomer ? { onBehalfOf: { customer: true } } : {}),
      };
      const path = `/v1/cases/${await idOf(client, name)}/events`;
      print(options, (await client.post(path, body)) as CaseAnswer, caseLines);
    });

  sub('entries', 'print the trail of a case')
    .argument('<case>', 'id or number')
    .action(async (name: string, options: Shared) => {
      const client = await httpClient(options.as);
      const path = `/v1/cases/${await idOf(client, name)}/entries?limit=200`;
      const items: EntryAnswer[] = [];
      for (let next: string | null = ''; next !== null; ) {
        const page = (await client.get(next === '' ? path : `${path}&cursor=${next}`)) as Page<EntryAnswer>;
        items.push(...page.items);
        next = page.next;
      }
      print(options, { items, next: null }, entryLines);
    });

  sub('list', 'list cases, the newest first')
    .option('--status <status>', 'open, closed, incident; several joined by commas')
    .option('--kind <kind>', 'claim, exposure, complaint, …')
    .option('--limit <n>', 'at most 200', '20')
    .action(async (options: Shared & { status?: string; kind?: string; limit: string }) => {
      const { status, kind, limit } = options;
      const query = new URLSearchParams({ limit, ...(status ? { status } : {}), ...(kind ? { kind } : {}) });
      const client = await httpClient(options.as);
      print(options, (await client.get(`/v1/cases?${query}`)) as Page<CaseAnswer>, listLines);
    });
  return command;
}

const print = <T>({ json: asJson }: Shared, answer: T, lines: (answer: T) => string[]): void => {
  process.stdout.write(asJson ? `${JSON.stringify(answer)}\n` : `${lines(answer).join('\n')}\n`);
};

/** JSON from the command line, or from a file named `@FILE`. */
const json = (text: string | undefined): object => {
  const source = text?.startsWith('@') ? fileText(text.slice(1)) : (text ?? '');
  try {
    return JSON.parse(source) as object;
  } catch {
    throw new CommandError('--data must be JSON, or @FILE with JSON in it.', usageErrorCode);
  }
};

const fileText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
    throw new CommandError(`${file}: cannot be read (${code}).`, usageErrorCode);
  }
};

/** The id of a case that is named by its id or its number. */
const idOf = async (client: HttpClient, name: string): Promise<string> => {
  if (!/^[A-Z]{2}-\d{4}-\d{6,}$/.test(name)) {
    return encodeURIComponent(name);
  }
  const { items } = (await client.get(`/v1/cases?q=${name}`)) as Page<CaseAnswer>;
  const found = items.find(({ number }) => number === name);
  if (!found) {
    throw new CommandError(`There is no case ${name}.`);
  }
  return found.caseId;
};
