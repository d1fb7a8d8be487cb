import { Command, InvalidArgumentError, Option } from 'commander';
import { CommandError } from './command-error.ts';
import { startProgress } from './progress.ts';
import { openEmbeddedApi } from './replay/embedded-api.ts';
import { createPacer } from './replay/pacer.ts';
import { readPlans, type SourceKind, sourceKinds } from './replay/read-plans.ts';
import { casesAtOnce, replayPlans } from './replay/replay-plans.ts';
import { reportLines } from './replay/report-lines.ts';
import { loadSettings } from './settings.ts';
import { verificationLines, verifyFile } from './verify.ts';

type Options = {
  readonly limit?: number;
  readonly rate?: number;
  readonly kind?: SourceKind;
  readonly json?: boolean;
};

const interruptedCode = 130;

/** `caseloom replay`: real files become cases, through the public API, on their own dates. */
export function replayCommand(): Command {
  return new Command()
    .description(
      'Opens one imported case for each line of a file (JSON lines, gzip or plain) and takes it to the end that the\n' +
        'file tells, on the file’s own dates, through the API of the running server. What the file does not tell is\n' +
        'generated and says so in its reason. Done again, it adds nothing. Then it verifies every trail.',
    )
    .argument('<file>', 'for example the complaints of data.ct.gov t64r-mt64, folded by file number')
    .option('--limit <n>', 'so many cases, spread evenly over the file', positiveInteger)
    .option('--rate <n>', 'at most so many commands a minute', positiveInteger)
    .addOption(
      new Option('--kind <kind>', 'what the lines are; default: by their own fields').choices(sourceKinds),
    )
    .option('--json', 'print one object with all figures')
    .action((file: string, options: Options) => replay(file, options));
}

async function replay(file: string, { limit, rate, kind, json }: Options): Promise<void> {
  const { plans, kind: found } = await readPlans(file, {
    ...(limit === undefined ? {} : { limit }),
    ...(kind === undefined ? {} : { kind }),
  });
  const api = await openEmbeddedApi(loadSettings());
  const interruption = new AbortController();
  const interrupt = (): void => {
    process.stderr.write(
      `\nFinishing the ${casesAtOnce} cases under way; the same command goes on from there.\n`,
    );
    interruption.abort();
  };
  process.once('SIGINT', interrupt);
  const bar = startProgress(`Replaying ${plans.length} ${found}`, plans.length);
  try {
    const figures = await replayPlans(plans, {
      send: api.send,
      mode: 'historical',
      signal: interruption.signal,
      onProgress: (done) => bar.update(done),
      ...(rate === undefined ? {} : { pace: createPacer(rate) }),
    }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(`${reason} What was accepted is kept; the same command goes on from there.`);
    });
    bar.end();
    const verification = await verifyFile(api.file);
    process.stdout.write(
      json
        ? `${JSON.stringify({ kind: found, ...figures, verification })}\n`
        : `${[...reportLines(figures), ...verificationLines(verification)].join('\n')}\n`,
    );
    const allWell = verification.ok && figures.commands.refused === 0;
    process.exitCode = figures.interrupted ? interruptedCode : allWell ? 0 : 1;
  } finally {
    process.off('SIGINT', interrupt);
    await api.close();
  }
}

function positiveInteger(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new InvalidArgumentError('Give a whole number from 1 on.');
  }
  return n;
}
