import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { createBed } from '../bench/bed.ts';
import { bulk } from '../bench/bulk.ts';
import type { Figures } from '../bench/catalog.ts';
import { figureOf } from '../bench/figure.ts';
import { machineNow, versionsNow } from '../bench/machine.ts';
import { refreshPage } from '../bench/page.ts';
import { calibrate, kernel, lists } from '../bench/parts-alone.ts';
import { people } from '../bench/parts-people.ts';
import { http, overhead, rate } from '../bench/parts-together.ts';
import { jsonOf, markdownOf, tableOf } from '../bench/report.ts';
import { soak } from '../bench/soak.ts';
import { startTime } from '../bench/start-time.ts';
import { stolenWhile } from '../bench/stolen-time.ts';
import { CommandError } from './command-error.ts';
import { projectFolder } from './project-folder.ts';
import { loadSettings } from './settings.ts';
import { provision } from './temporal/provision.ts';

/** The parts of a run, in the order in which they run. */
const parts = { calibrate, kernel, overhead, http, rate, bulk, lists, people, start: startTime };
type Part = keyof typeof parts;
const partNames = Object.keys(parts) as Part[];

type BenchOptions = {
  readonly only?: Part[];
  readonly quick?: boolean;
  readonly json?: string;
  readonly page?: boolean;
  readonly soak?: number;
  readonly casesPerS?: number;
};

const usageErrorCode = 2;
const interruptedCode = 130;

/** `caseloom bench`: measures this machine's figures, each several times, and says which budgets they keep. */
export function benchCommand(): Command {
  return new Command()
    .description(
      'Measures the product against a hand-written Temporal workflow and against its budgets, about ten minutes in all.\n' +
        'Figures are medians with their least and greatest value; absolute ones depend on machine and moment, ratios are\n' +
        'of neighbours in time. It starts all it needs, on free ports, and ends it.',
    )
    .addOption(
      new Option('--only <parts>', `some parts, separated by commas: ${partNames.join(', ')}`).argParser(
        readParts,
      ),
    )
    .option(
      '--soak <minutes>',
      'instead: the product with its tuned worker under a steady load for so long; every command must be accepted',
      Number,
    )
    .option('--cases-per-s <n>', 'with --soak: cases begun per second, each of seven commands', Number, 1)
    .option('--quick', 'a few seconds each: to see that it runs, not what it says')
    .option('--json <file>', 'write the figures as one JSON object')
    .option('--page', 'put the figures into docs/bench.md')
    .action(runBench);
}

async function runBench({
  only = partNames,
  quick = false,
  json,
  page = false,
  soak: soakMinutes,
  casesPerS = 1,
}: BenchOptions): Promise<void> {
  const at = new Date().toISOString();
  const machine = machineNow();
  const versions = versionsNow(await serverBinary());
  const bed = createBed({ quick });
  const interrupted = (): void => {
    process.stderr.write('\nEnding what was started …\n');
    void bed.end().then(() => process.exit(interruptedCode));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);

  let figures: Figures = {};
  try {
    if (soakMinutes !== undefined) {
      if (!(soakMinutes > 0 && casesPerS > 0)) {
        throw new CommandError('--soak and --cases-per-s take a number above 0.', usageErrorCode);
      }
      const soaked = await soak(bed, { minutes: soakMinutes, casesPerS });
      process.stdout.write(`\n${JSON.stringify({ ...soaked, machine, versions, at }, null, 2)}\n`);
      process.exitCode = soaked.verified.ok ? 0 : 1;
      return;
    }
    const stolen: number[] = [];
    for (const name of partNames.filter((each) => only.includes(each))) {
      const { result, stolenPercent } = await stolenWhile(() => parts[name](bed));
      figures = { ...figures, ...result };
      stolen.push(...(stolenPercent === undefined ? [] : [stolenPercent]));
    }
    figures = { ...figures, ...(stolen.length > 0 ? { stolenPercent: figureOf(stolen) } : {}) };
  } finally {
    await bed.end();
  }
  const results = { figures, machine, versions, at, quick };
  process.stdout.write(`\n${tableOf(results)}\n`);
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify(jsonOf(results), null, 2)}\n`);
  }
  if (page) {
    refreshPage(join(projectFolder, 'docs/bench.md'), markdownOf(results));
  }
}

function readParts(text: string): Part[] {
  const named = text.split(',').map((name) => name.trim());
  const unknown = named.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    throw new CommandError(`There is no part "${unknown}". Known: ${partNames.join(', ')}.`, usageErrorCode);
  }
  return named as Part[];
}

const serverBinary = (): Promise<string> =>
  provision('temporal', {
    folders: [join(loadSettings().home, 'bin'), join(projectFolder, '.caseloom/bin')],
    say: (sentence) => process.stderr.write(`${sentence}\n`),
  });
