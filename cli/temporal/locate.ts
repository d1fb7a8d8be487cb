import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { BinaryName, BinaryPin } from './pins.ts';
import { acceptsVersion, versionOf } from './version.ts';

/** One place where a binary was looked for. */
export type Candidate = {
  readonly path: string;
  readonly where: 'PATH' | 'folder';
  /** Undefined when the file is no working binary. */
  readonly version: string | undefined;
};

export type Choice = {
  /** The one to run; undefined when none will do and one must be fetched. */
  readonly path: string | undefined;
  /** A sentence for each candidate that was passed over. */
  readonly passedOver: readonly string[];
};

/** Picks the first candidate of a fitting version; PATH first, since that is what the operator put there. */
export function chooseBinary(candidates: readonly Candidate[], pinned: string): Choice {
  const passedOver: string[] = [];
  for (const candidate of candidates) {
    if (acceptsVersion(candidate.version, pinned)) {
      return { path: candidate.path, passedOver };
    }
    const what = candidate.version === undefined ? 'does not run' : `is version ${candidate.version}`;
    passedOver.push(`${candidate.path} ${what}; Caseloom is made for ${pinned}. Looking further.`);
  }
  return { path: undefined, passedOver };
}

/**
 * Looks for a binary on PATH and in `folders`.
 *
 * The test server prints no version, so it is looked for in the folders only and known by its pinned length.
 */
export async function findCandidates(
  name: BinaryName,
  pin: BinaryPin,
  platformKey: string,
  folders: readonly string[],
  searchPath: string,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  if (name === 'temporal') {
    const onPath = searchPath
      .split(delimiter)
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, name))
      .find(isFile);
    if (onPath !== undefined) {
      candidates.push({ path: onPath, where: 'PATH', version: await versionOf(onPath) });
    }
  }
  for (const path of folders.map((folder) => join(folder, name)).filter(isFile)) {
    const version = name === 'temporal' ? await versionOf(path) : versionByLength(path, pin, platformKey);
    candidates.push({ path, where: 'folder', version });
  }
  return candidates;
}

function versionByLength(path: string, pin: BinaryPin, platformKey: string): string | undefined {
  return statSync(path).size === pin.platforms[platformKey]?.binaryBytes ? pin.version : undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
